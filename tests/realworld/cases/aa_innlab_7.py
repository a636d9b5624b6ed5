# origin: https://github.com/ELIFE-ASU/INNLab/issues/7
# kinds: overflow explosion
import torch
import torch.nn as nn


def default_net(dim, k, activation_fn=None):
    activation_fn = activation_fn if activation_fn is not None else nn.SELU
    block = nn.Sequential(
        nn.Linear(dim, k * dim), activation_fn(),
        nn.Linear(k * dim, k * dim), activation_fn(),
        nn.Linear(k * dim, dim),
    )
    block.apply(init_weights)
    return block


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.kaiming_uniform_(m.weight)
        m.bias.data.fill_(0.0)


class real_nvp_element(nn.Module):
    """One masked affine coupling of RealNVP."""

    def __init__(self, dim, f_log_s, f_t, mask, eps=1e-8):  #-
    def __init__(self, dim, f_log_s, f_t, mask, eps=1e-8, clip=1.0):  #+
        super().__init__()
        self.register_buffer("mask", mask)
        self.f_log_s = f_log_s
        self.f_t = f_t
        self.eps = eps
        self.clip = clip  #+

    def get_s(self, x):
        log_s = self.f_log_s(self.mask * x)
        log_s = self.clip * torch.tanh(log_s / self.clip)  #+
        s = torch.exp(log_s)  #*
        return s, log_s

    def forward(self, x):
        b = self.mask
        s, log_s = self.get_s(x)
        log_det_J = torch.sum(log_s * (1 - b), dim=-1)
        t = self.f_t(b * x)
        y = b * x + (1 - b) * (x * (s + self.eps) + t)
        return y, log_det_J

    def inverse(self, y):
        b = self.mask
        s, _ = self.get_s(y)
        t = self.f_t(b * y)
        return b * y + (1 - b) * (y - t) / (s + self.eps)


class RealNVP(nn.Module):
    def __init__(self, dim, n_layers=8, k=4):
        super().__init__()
        mask = torch.arange(dim).remainder(2).float()
        self.layers = nn.ModuleList(
            real_nvp_element(dim, default_net(dim, k), default_net(dim, k), mask if i % 2 == 0 else 1 - mask)
            for i in range(n_layers))

    def forward(self, x):
        log_det = torch.zeros(x.shape[0], device=x.device)
        for layer in self.layers:
            x, ld = layer(x)
            log_det = log_det + ld
        return x, log_det


def train(model, loader, epochs=100, lr=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        for x in loader:
            z, log_det = model(x)
            loss = (0.5 * z.pow(2).sum(-1) - log_det).mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
