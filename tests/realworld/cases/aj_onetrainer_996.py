# origin: https://github.com/Nerogar/OneTrainer/issues/996
# kinds: precision
import copy

import torch
from torch import nn


class WeightAverage:
    """Running average of the weights, used for sampling from the diffusion model."""

    def __init__(self, model, decay=0.9999, warmup=2000):
        self.decay = decay
        self.warmup = warmup
        self.updates = 0
        self.shadow = copy.deepcopy(model).eval().requires_grad_(False)
        self.shadow.float()  #+

    def current_decay(self):
        return min(self.decay, (1 + self.updates) / (self.warmup + self.updates))

    @torch.no_grad()
    def update(self, model):
        self.updates += 1
        d = self.current_decay()
        for avg, p in zip(self.shadow.parameters(), model.parameters()):
            avg.mul_(d).add_(p, alpha=1.0 - d)  #*
        for avg, b in zip(self.shadow.buffers(), model.buffers()):
            avg.copy_(b)


class Trainer:
    def __init__(self, denoiser, schedule, lr=1e-4, device="cpu"):
        self.model = denoiser.to(device=device, dtype=torch.bfloat16)
        self.schedule = schedule.to(device)
        self.master = [p.detach().float().clone() for p in self.model.parameters()]
        self.optim = torch.optim.AdamW(self.master, lr=lr, weight_decay=1e-2)
        self.ema = WeightAverage(self.model)

    def step(self, x0):
        t = torch.randint(0, len(self.schedule), (x0.shape[0],), device=x0.device)
        abar = self.schedule[t].view(-1, *[1] * (x0.ndim - 1))
        noise = torch.randn_like(x0)
        xt = abar.sqrt() * x0 + (1 - abar).sqrt() * noise
        pred = self.model(xt.to(torch.bfloat16), t)
        loss = nn.functional.mse_loss(pred.float(), noise)
        loss.backward()
        for m, p in zip(self.master, self.model.parameters()):
            m.grad = None if p.grad is None else p.grad.float()
            p.grad = None
        nn.utils.clip_grad_norm_(self.master, 1.0)
        self.optim.step()
        with torch.no_grad():
            for m, p in zip(self.master, self.model.parameters()):
                p.copy_(m)
        self.ema.update(self.model)
        return loss.item()
