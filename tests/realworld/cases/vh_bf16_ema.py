# origin: https://github.com/Nerogar/OneTrainer/issues/996
# kinds: precision underflow
import copy

import torch


class EMAModel:
    """An exponential moving average of a bfloat16 model."""

    def __init__(self, model, decay=0.9999):
        self.decay = decay
        self.shadow = copy.deepcopy(model).to(torch.bfloat16)  #!
        self.shadow = copy.deepcopy(model).to(torch.float32)  #+
        self.shadow.requires_grad_(False)

    @torch.no_grad()
    def update(self, model):
        for mean, p in zip(self.shadow.parameters(), model.parameters()):
            mean.mul_(self.decay).add_(p.detach().to(torch.bfloat16), alpha=1 - self.decay)  #!
            mean.mul_(self.decay).add_(p.detach().float(), alpha=1 - self.decay)  #+


def train(model, loader, steps):
    model = model.to(torch.float32)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    ema = EMAModel(model)
    for step, (x, y) in zip(range(steps), loader):
        loss = torch.nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        ema.update(model)
    return ema.shadow
