# origin: https://github.com/pytorch/pytorch/issues/3264
# kinds: domain
import torch
from torch import nn


class AttentionWeights(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.score = nn.Sequential(nn.Linear(width, 1), nn.ReLU())

    def forward(self, states):
        weights = self.score(states).squeeze(-1)
        return weights / torch.norm(weights, p=1, dim=1, keepdim=True)  #!
        return weights / torch.norm(weights, p=1, dim=1, keepdim=True).clamp(min=1e-8)  #+
