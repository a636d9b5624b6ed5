# origin: https://github.com/tracel-ai/burn/issues/5373
# kinds: overflow
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


def softplus(tensor: Tensor, beta: float = 1.0) -> Tensor:
    """Applies the softplus function element-wise: log(1 + exp(beta * x)) / beta."""
    scaled = tensor * beta
    return (scaled.exp() + 1.0).log() / beta  #!
    positive = torch.maximum(scaled, torch.zeros_like(scaled))  #+
    return (positive + torch.log1p(torch.exp(-scaled.abs()))) / beta  #+


def mish(tensor: Tensor) -> Tensor:
    """x * tanh(softplus(x))"""
    return tensor * torch.tanh(softplus(tensor, 1.0))


@dataclass
class SoftplusConfig:
    beta: float = 1.0

    def init(self) -> Softplus:
        return Softplus(self.beta)


class Softplus(nn.Module):
    def __init__(self, beta: float):
        super().__init__()
        self.beta = beta

    def forward(self, input: Tensor) -> Tensor:
        return softplus(input, self.beta)

    def extra_repr(self) -> str:
        return f"beta={self.beta}"


@dataclass
class RateHeadConfig:
    d_input: int
    d_hidden: int
    activation: SoftplusConfig

    def init(self) -> RateHead:
        return RateHead(
            nn.Linear(self.d_input, self.d_hidden),
            nn.Linear(self.d_hidden, 1),
            self.activation.init(),
        )


class RateHead(nn.Module):
    """Positive regression head on unscaled tabular features."""

    def __init__(self, fc1: nn.Linear, fc2: nn.Linear, activation: Softplus):
        super().__init__()
        self.fc1 = fc1
        self.fc2 = fc2
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        hidden = mish(self.fc1(x))
        return self.activation(self.fc2(hidden)).squeeze(-1)
