# origin: https://github.com/tracel-ai/burn/issues/5373
# kinds: overflow
import torch
from torch import Tensor, nn


def relu(x: Tensor) -> Tensor:
    return x.clamp(min=0)


def sigmoid(x: Tensor) -> Tensor:
    return torch.sigmoid(x)


def silu(x: Tensor) -> Tensor:
    return x * sigmoid(x)


def softplus(x: Tensor, beta: float = 1.0) -> Tensor:
    r"""Applies the softplus function element-wise.

    softplus(x) = log(1 + exp(beta * x)) / beta
    """
    return (1 + (x * beta).exp()).log() / beta  #!
    scaled = x * beta  #+
    return (scaled.clamp(min=0) + (-scaled.abs()).exp().log1p()) / beta  #+


def mish(x: Tensor) -> Tensor:
    return x * torch.tanh(softplus(x, 1.0))


class Softplus(nn.Module):
    def __init__(self, beta: float = 1.0):
        super().__init__()
        self.beta = beta

    def forward(self, x: Tensor) -> Tensor:
        return softplus(x, self.beta)


class PositiveHead(nn.Module):
    """Predicts the rate of a Poisson count."""

    def __init__(self, d_input: int, d_hidden: int, d_output: int, beta: float = 5.0):
        super().__init__()
        self.linear1 = nn.Linear(d_input, d_hidden)
        self.linear2 = nn.Linear(d_hidden, d_output)
        self.activation = Softplus(beta)

    def forward(self, x: Tensor) -> Tensor:
        x = relu(self.linear1(x))
        return self.activation(self.linear2(x))


def poisson_nll(rate: Tensor, counts: Tensor, eps: float = 1e-8) -> Tensor:
    return (rate - counts * torch.log(rate + eps)).mean()


def fit(model: PositiveHead, features: Tensor, counts: Tensor, epochs: int = 200, lr: float = 1e-2):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(epochs):
        loss = poisson_nll(model(features), counts)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()
