# origin: https://github.com/pytorch/pytorch/issues/31829
# kinds: domain
import torch
from torch import nn


class LogSemiring:
    """Sum = logsumexp, product = +; the zero is -inf."""

    zero = -float("inf")

    @staticmethod
    def sum(xs, dim=-1):
        xs = xs.clamp(min=torch.finfo(xs.dtype).min)  #+
        m = xs.max(dim, keepdim=True)[0]
        return torch.log(torch.exp(xs - m).sum(dim)) + m.squeeze(dim)  #!
        return torch.log(torch.exp(xs - m).sum(dim)) + m.squeeze(dim)  #+

    @classmethod
    def dot(cls, a, b):
        return cls.sum(a + b, dim=-1)

    @classmethod
    def matvec(cls, A, v):
        return cls.dot(A, v.unsqueeze(-2))


class LinearChain(nn.Module):
    """Forward algorithm of an HMM with forbidden transitions."""

    def __init__(self, n_states, allowed, semiring=LogSemiring):
        super().__init__()
        self.semiring = semiring
        self.transition = nn.Parameter(torch.zeros(n_states, n_states))
        self.register_buffer("allowed", allowed)

    def _scores(self):
        return self.transition.masked_fill(~self.allowed, self.semiring.zero)

    def forward(self, emissions, start):
        A = self._scores()
        alpha = torch.full_like(emissions[:, 0], self.semiring.zero)
        alpha[:, start] = emissions[:, 0, start]
        for t in range(1, emissions.shape[1]):
            alpha = self.semiring.matvec(A, alpha) + emissions[:, t]
        return self.semiring.sum(alpha, dim=-1)


def left_to_right(n):
    """State j may come from itself or from its left neighbour."""
    eye = torch.eye(n, dtype=torch.bool)
    return eye | torch.diag(torch.ones(n - 1, dtype=torch.bool), -1)


def train(chain, loader, optimizer):
    for emissions in loader:
        loss = -chain(emissions, start=0).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
