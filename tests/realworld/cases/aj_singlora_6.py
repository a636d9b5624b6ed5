# origin: https://github.com/kyegomez/SingLoRA/issues/6
# kinds: precision
import copy

import torch
from torch import nn


class ShadowWeights:
    """Keeps the averaged copy of a diffusion backbone that is used for sampling."""

    def __init__(self, model, decay=0.9999, warmup=2000):
        self.decay = decay
        self.warmup = warmup
        self.updates = 0
        self.shadow = copy.deepcopy(model).eval().requires_grad_(False)
        self.shadow.to(torch.bfloat16)  #-
        self.shadow.float()  #+

    def rate(self):
        if self.updates < self.warmup:
            return (1 + self.updates) / (10 + self.updates)
        return self.decay

    @torch.no_grad()
    def update(self, model):
        decay = min(self.rate(), self.decay)
        self.updates += 1
        for avg, live in zip(self.shadow.parameters(), model.parameters()):
            avg.lerp_(live.detach().to(avg.dtype), 1.0 - decay)  #*
        for avg, live in zip(self.shadow.buffers(), model.buffers()):
            avg.copy_(live)


class Denoiser(nn.Module):
    def __init__(self, dim=64, width=256):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(dim + 1, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(),
            nn.Linear(width, dim),
        )

    def forward(self, x, t):
        return self.net(torch.cat([x, t[:, None]], dim=-1))


def train(loader, steps, device="cuda"):
    model = Denoiser().to(device)
    ema = ShadowWeights(model)
    opt = torch.optim.AdamW(model.parameters(), lr=2e-4)
    for _, x0 in zip(range(steps), loader):
        x0 = x0.to(device)
        t = torch.rand(x0.shape[0], device=device)
        noise = torch.randn_like(x0)
        xt = (1 - t)[:, None] * x0 + t[:, None] * noise
        loss = (model(xt, t) - (noise - x0)).square().mean()
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        ema.update(model)
    return ema.shadow
