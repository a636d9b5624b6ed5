# origin: https://github.com/pytorch/pytorch/issues/78064
# kinds: domain precision
import math

import torch
from torch import nn


class CosineSimilarity(nn.Module):
    __constants__ = ["dim", "eps"]

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        w12 = torch.sum(x1 * x2, dim=self.dim)
        w1 = torch.sum(x1 * x1, dim=self.dim)
        w2 = torch.sum(x2 * x2, dim=self.dim)
        n12 = (w1 * w2).clamp_min(self.eps * self.eps).sqrt()
        return w12 / n12


class AngularMarginLoss(nn.Module):
    """Hinge on the angle between an embedding and the prototype of its class."""

    def __init__(self, num_classes: int, dim: int, margin: float = 0.2):
        super().__init__()
        self.prototypes = nn.Parameter(torch.randn(num_classes, dim) / math.sqrt(dim))
        self.similarity = CosineSimilarity(dim=-1)
        self.margin = margin

    def angles(self, emb: torch.Tensor) -> torch.Tensor:
        cos = self.similarity(emb.unsqueeze(1), self.prototypes.unsqueeze(0))
        cos = cos.clamp(-1.0 + 1e-6, 1.0 - 1e-6)  #+
        return torch.acos(cos)  #!
        return torch.acos(cos)  #+

    def forward(self, emb: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        theta = self.angles(emb)
        own = theta.gather(1, target.unsqueeze(1))
        others = theta.scatter(1, target.unsqueeze(1), math.pi).min(dim=1, keepdim=True).values
        return (own - others + self.margin).relu().mean()


def train_epoch(encoder, criterion, loader, optimizer):
    running = 0.0
    for images, labels in loader:
        optimizer.zero_grad()
        loss = criterion(encoder(images), labels)
        loss.backward()
        optimizer.step()
        running += loss.item()
    return running / max(len(loader), 1)
