# origin: https://github.com/kyegomez/SingLoRA/issues/6
# kinds: precision
import copy

import torch
import torch.nn as nn
import torch.nn.functional as F


class ModelEma:
    """Exponential moving average of the weights of a diffusion model."""

    def __init__(self, model, decay=0.9999):
        self.module = copy.deepcopy(model).eval()
        self.module.float()  #+
        self.module.requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, model):
        for ema_p, p in zip(self.module.parameters(), model.parameters()):
            ema_p.mul_(self.decay).add_(p, alpha=1 - self.decay)  #!
            ema_p.mul_(self.decay).add_(p.float(), alpha=1 - self.decay)  #+
        for ema_b, b in zip(self.module.buffers(), model.buffers()):
            ema_b.copy_(b)

    def state_dict(self):
        return self.module.state_dict()


class Denoiser(nn.Module):
    def __init__(self, channels=3, width=32):
        super().__init__()
        self.t_embed = nn.Linear(1, width)
        self.inp = nn.Conv2d(channels, width, 3, padding=1)
        self.mid = nn.Conv2d(width, width, 3, padding=1)
        self.out = nn.Conv2d(width, channels, 3, padding=1)

    def forward(self, x, t):
        h = F.silu(self.inp(x) + self.t_embed(t[:, None])[:, :, None, None])
        return self.out(F.silu(self.mid(h)))


class MasterWeights:
    """float32 copies of bfloat16 parameters for the optimizer."""

    def __init__(self, model, lr):
        self.params = list(model.parameters())
        self.master = [p.detach().float().clone().requires_grad_() for p in self.params]
        self.optimizer = torch.optim.AdamW(self.master, lr=lr)

    def step(self):
        for m, p in zip(self.master, self.params):
            m.grad = p.grad.float()
            p.grad = None
        self.optimizer.step()
        with torch.no_grad():
            for m, p in zip(self.master, self.params):
                p.copy_(m)


def train(loader, epochs=1, lr=1e-4):
    model = Denoiser().to(torch.bfloat16)
    optimizer = MasterWeights(model, lr)
    ema = ModelEma(model)
    for _ in range(epochs):
        for x in loader:
            t = torch.rand(x.shape[0])
            noise = torch.randn_like(x)
            x_t = (1 - t)[:, None, None, None] * x + t[:, None, None, None] * noise
            pred = model(x_t.bfloat16(), t.bfloat16())
            loss = F.mse_loss(pred.float(), noise - x)
            loss.backward()
            optimizer.step()
            ema.update(model)
    return ema.state_dict()
