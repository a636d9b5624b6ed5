# origin: https://github.com/pytorch/pytorch/issues/2421
# kinds: domain
import torch
from torch import nn


class TripletHead(nn.Module):
    def __init__(self, width: int, margin: float = 0.3):
        super().__init__()
        self.project = nn.Linear(width, 64)
        self.margin = margin

    def distance(self, a, b):
        gap = self.project(a) - self.project(b)
        return gap.pow(2).sum(dim=1).sqrt()  #!
        return torch.linalg.vector_norm(gap, dim=1)  #+

    def forward(self, anchor, positive, negative):
        near = self.distance(anchor, positive)
        far = self.distance(anchor, negative)
        return torch.relu(near - far + self.margin).mean()
