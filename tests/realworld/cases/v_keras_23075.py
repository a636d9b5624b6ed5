# origin: https://github.com/keras-team/keras/issues/23075
# kinds: domain
from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class NormalizeConfig:
    axis: int = -1
    order: int = 2
    epsilon: float = 1e-12


def normalize(x, cfg: NormalizeConfig):
    squares = torch.sum(torch.square(x), dim=cfg.axis, keepdim=True)
    inverse = torch.rsqrt(squares)  #!
    inverse = torch.rsqrt(torch.clamp(squares, min=cfg.epsilon**2 + 1e-24))  #+
    return x * torch.clamp(inverse, max=1.0 / cfg.epsilon)  #*


class ArcHead(nn.Module):
    def __init__(self, in_features, n_classes, scale=30.0, config=None):
        super().__init__()
        self.config = config or NormalizeConfig()
        self.scale = scale
        self.weight = nn.Parameter(torch.randn(n_classes, in_features) * 0.02)

    def forward(self, embeddings, labels=None):
        kernel = normalize(self.weight, self.config)
        logits = self.scale * normalize(embeddings, self.config) @ kernel.t()
        if labels is None:
            return logits
        return nn.functional.cross_entropy(logits, labels)
