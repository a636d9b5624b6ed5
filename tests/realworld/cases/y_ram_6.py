# origin: https://github.com/AndreasBergmeister/ram/issues/6
# kinds: precision
import copy

import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, rank=16):
        super().__init__()
        self.base = base
        self.lora_A = nn.Parameter(torch.randn(rank, base.in_features) * 0.02)
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x):
        return self.base(x) + x @ self.lora_A.t() @ self.lora_B.t()


def build_pipeline(model: nn.Module, dtype=torch.float16):  #-
def build_pipeline(model: nn.Module):  #+
    """The trainable model plus two frozen copies: the lagged policy and the one used for evaluation."""
    old = copy.deepcopy(model)
    evaluation = copy.deepcopy(model)
    for frozen in (old, evaluation):
        frozen.requires_grad_(False)
        for p in frozen.parameters():  #-
            p.data = p.data.to(dtype)  #!
    return model, old, evaluation


@torch.no_grad()
def ema_update(target: nn.Module, source: nn.Module, mix: float):
    for t, s in zip(target.parameters(), source.parameters()):
        t.data.mul_(mix).add_(s.detach().data.to(t.dtype), alpha=1.0 - mix)  #!
        t.data.mul_(mix).add_(s.detach().data.to(t.dtype), alpha=1.0 - mix)  #+


def train(model, loader, reward_loss, steps, lr=1e-5, ema_decay=0.9999):
    model, old, evaluation = build_pipeline(model)
    optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=lr)
    for step, batch in zip(range(steps), loader):
        loss = reward_loss(model, old, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        ema_update(old, model, 0.999)
        ema_update(evaluation, model, ema_decay)
    return evaluation
