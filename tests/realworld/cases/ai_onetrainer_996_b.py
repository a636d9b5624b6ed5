# origin: https://github.com/Nerogar/OneTrainer/issues/996
# kinds: precision
import copy

import torch


class EMAModel:
    """Exponential moving average of the weights, used for sampling."""

    def __init__(self, model, decay=0.9999, warmup=True):
        self.decay = decay
        self.warmup = warmup
        self.step_count = 0
        self.shadow = {
            name: p.detach().clone()  #-
            name: p.detach().float().clone()  #+
            for name, p in model.named_parameters() if p.requires_grad
        }

    def current_decay(self):
        if not self.warmup:
            return self.decay
        return min(self.decay, (1 + self.step_count) / (10 + self.step_count))

    @torch.no_grad()
    def step(self, model):
        self.step_count += 1
        d = self.current_decay()
        for name, p in model.named_parameters():
            if name in self.shadow:
                self.shadow[name].mul_(d).add_(p.detach(), alpha=1 - d)  #!
                self.shadow[name].lerp_(p.detach().float(), 1 - d)  #+

    @torch.no_grad()
    def copy_to(self, model):
        for name, p in model.named_parameters():
            if name in self.shadow:
                p.copy_(self.shadow[name])

    def state_dict(self):
        return {"step": self.step_count, "shadow": self.shadow}


def build(model, device="cpu"):
    model = model.to(device=device, dtype=torch.bfloat16)
    return model, EMAModel(model)


def train(model, loader, loss_fn, steps=100000, lr=1e-4, device="cpu"):
    model, ema = build(model, device)
    master = [p.detach().float().clone().requires_grad_() for p in model.parameters()]
    opt = torch.optim.AdamW(master, lr=lr)
    for step, batch in zip(range(steps), loader):
        loss = loss_fn(model, batch)
        loss.backward()
        for m, p in zip(master, model.parameters()):
            m.grad = p.grad.float()
            p.grad = None
        torch.nn.utils.clip_grad_norm_(master, 1.0)
        opt.step()
        with torch.no_grad():
            for m, p in zip(master, model.parameters()):
                p.copy_(m)
        ema.step(model)
    sampler = copy.deepcopy(model)
    ema.copy_to(sampler)
    return model, sampler
