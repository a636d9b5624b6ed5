# origin: https://github.com/NVIDIA/apex/issues/93
# kinds: overflow
from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class PoolingConfig:
    hidden: int = 256
    mask_value: float = -1e15


class AttentivePooling(nn.Module):
    def __init__(self, cfg: PoolingConfig):
        super().__init__()
        self.cfg = cfg
        self.score = nn.Conv1d(cfg.hidden, 1, kernel_size=1)

    def forward(self, x, lengths):
        steps = torch.arange(x.size(-1), device=x.device)
        padding = steps[None] >= lengths[:, None]
        scores = self.score(x).squeeze(1)
        scores = scores.masked_fill(padding, -1e15)  #!
        scores = scores.masked_fill(padding, torch.finfo(scores.dtype).min)  #+
        weights = scores.softmax(dim=-1)
        return torch.einsum("bt,bct->bc", weights, x)


def train(model, loader, optimizer, device="cuda"):
    scaler = torch.amp.GradScaler(device)
    for x, lengths, y in loader:
        with torch.autocast(device, dtype=torch.float16):
            loss = nn.functional.cross_entropy(model(x.to(device), lengths.to(device)), y.to(device))
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
