# origin: https://github.com/VincentStimper/normalizing-flows/issues/47
# kinds: overflow
import torch
from torch import nn


class Flow(nn.Module):
    def forward(self, z):
        raise NotImplementedError


class AffineCoupling(Flow):
    def __init__(self, param_map, scale=True, scale_map="exp"):
        super().__init__()
        self.add_module("param_map", param_map)
        self.scale = scale
        self.scale_map = scale_map

    def forward(self, z):
        z1, z2 = z
        param = self.param_map(z1)
        if self.scale:
            shift = param[:, 0::2, ...]
            scale_ = param[:, 1::2, ...]
            if self.scale_map == "exp":
                scale_ = torch.clamp(scale_, -10.0, 10.0)  #+
                z2 = z2 * torch.exp(scale_) + shift  #*
                log_det = torch.sum(scale_, dim=list(range(1, shift.dim())))
            elif self.scale_map == "sigmoid":
                scale = torch.sigmoid(scale_ + 2)
                z2 = z2 / scale.clamp(min=1e-6) + shift
                log_det = -torch.sum(nn.functional.logsigmoid(scale_ + 2), dim=list(range(1, shift.dim())))
            else:
                raise NotImplementedError("This scale map is not implemented.")
        else:
            z2 = z2 + param
            log_det = torch.zeros(z1.shape[0], device=z1.device)
        return [z1, z2], log_det


class NormalizingFlow(nn.Module):
    def __init__(self, q0, flows):
        super().__init__()
        self.q0 = q0
        self.flows = nn.ModuleList(flows)

    def forward_kld(self, x):
        log_q = torch.zeros(len(x), device=x.device)
        z = x.chunk(2, dim=1)
        for flow in reversed(self.flows):
            z, log_det = flow(z)
            log_q += log_det
        log_q += self.q0.log_prob(torch.cat(z, 1))
        return -torch.mean(log_q)
