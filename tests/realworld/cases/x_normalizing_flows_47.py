# origin: https://github.com/VincentStimper/normalizing-flows/issues/47
# kinds: overflow explosion
import torch
import torch.nn as nn


class MLP(nn.Module):
    def __init__(self, d_in, hidden, d_out):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(d_in, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, d_out)
        )

    def forward(self, x):
        return self.net(x)


class AffineCoupling(nn.Module):
    """z1 stays, z2 is scaled and shifted with parameters predicted from z1."""

    def __init__(self, dim, hidden=64):
        super().__init__()
        self.split = dim // 2
        self.param_map = MLP(self.split, hidden, 2 * (dim - self.split))

    def _params(self, z1):
        param = self.param_map(z1)
        shift, scale_ = param[:, 0::2], param[:, 1::2]
        scale_ = 3.0 * torch.tanh(scale_ / 3.0)  #+
        return shift, scale_

    def forward(self, z):
        z1, z2 = z[:, : self.split], z[:, self.split :]
        shift, scale_ = self._params(z1)
        z2 = z2 * torch.exp(scale_) + shift  #*
        log_det = torch.sum(scale_, dim=1)
        return torch.cat([z1, z2], dim=1), log_det

    def inverse(self, z):
        z1, z2 = z[:, : self.split], z[:, self.split :]
        shift, scale_ = self._params(z1)
        z2 = (z2 - shift) * torch.exp(-scale_)  #*
        log_det = -torch.sum(scale_, dim=1)
        return torch.cat([z1, z2], dim=1), log_det


def forward_kld(flows, base, x):
    log_q = torch.zeros(len(x), device=x.device)
    for flow in reversed(flows):
        x, log_det = flow.inverse(x)
        log_q = log_q + log_det
    return -(log_q + base.log_prob(x)).mean()
