# origin: https://github.com/tracel-ai/burn/issues/5373
# kinds: overflow
import numpy as np
import torch
from torch import nn


class Softplus(nn.Module):
    """log(1 + exp(beta * x)) / beta."""

    def __init__(self, beta=1.0, threshold=None):
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, x):
        scaled = self.beta * x
        grown = scaled.exp() + 1  #-
        return grown.log() / self.beta  #!
        return nn.functional.softplus(x, beta=self.beta)  #+


class RateNetwork(nn.Module):
    def __init__(self, n_in, n_neurons):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(n_in, 64), Softplus(2.0), nn.Linear(64, n_neurons))
        self.positive = Softplus()

    def forward(self, stimulus, counts):
        rate = self.positive(self.net(stimulus)) + 1e-6
        return (rate - counts * torch.log(rate)).mean()
