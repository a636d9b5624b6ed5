# origin: https://github.com/e3nn/e3nn/pull/258
# kinds: domain
import torch
from torch import nn


class NormActivation(nn.Module):
    """Scales each irrep by a nonlinearity of its norm."""

    def __init__(self, scalar_nonlinearity, normalize=True, epsilon=1e-8):
        super().__init__()
        self.scalar_nonlinearity = scalar_nonlinearity
        self.normalize = normalize
        self.epsilon = epsilon

    def forward(self, features):
        squared = (features * features).sum(-1, keepdim=True)
        norms = squared.sqrt()  #!
        norms = squared.clamp(min=self.epsilon**2).sqrt()  #+
        scalings = self.scalar_nonlinearity(norms)
        if self.normalize:
            scalings = scalings / (norms + self.epsilon)
        return features * scalings
