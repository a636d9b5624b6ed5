# origin: https://github.com/afiaka87/glide-finetune/issues/5
# kinds: underflow precision
from contextlib import nullcontext
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class FinetuneConfig:
    lr: float = 1e-5
    weight_decay: float = 0.01
    epochs: int = 3
    max_norm: float = 1.0
    device: str = "cuda"


class KeywordSpotter(nn.Module):
    def __init__(self, n_mels=80, dim=192, n_words=35):
        super().__init__()
        self.conv = nn.Conv1d(n_mels, dim, 5, stride=2, padding=2)
        self.blocks = nn.ModuleList(nn.Linear(dim, dim) for _ in range(4))
        self.head = nn.Linear(dim, n_words)

    def forward(self, mels):
        x = F.gelu(self.conv(mels)).transpose(1, 2)
        for block in self.blocks:
            x = x + F.gelu(block(x))
        return self.head(x.mean(dim=1))


def make_optimizer(model, cfg):
    decay = [p for p in model.parameters() if p.ndim > 1]
    no_decay = [p for p in model.parameters() if p.ndim <= 1]
    groups = [
        {"params": decay, "weight_decay": cfg.weight_decay},
        {"params": no_decay, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=cfg.lr, betas=(0.9, 0.98))  #*


def finetune(model, loader, cfg=FinetuneConfig()):
    model = model.to(cfg.device).half().train()  #-
    precision = nullcontext()  #-
    model = model.to(cfg.device).float().train()  #+
    precision = torch.autocast(torch.device(cfg.device).type, dtype=torch.bfloat16)  #+
    optimizer = make_optimizer(model, cfg)
    for _ in range(cfg.epochs):
        for mels, words in loader:
            mels = mels.to(cfg.device, next(model.parameters()).dtype)
            with precision:
                logits = model(mels)
            loss = F.cross_entropy(logits.float(), words.to(cfg.device))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), cfg.max_norm)
            optimizer.step()
    return model
