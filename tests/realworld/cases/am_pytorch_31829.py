# origin: https://github.com/pytorch/pytorch/issues/31829
# kinds: domain
import torch
from torch import nn


class _BaseSemiring:
    zero = 0.0
    one = 1.0

    @classmethod
    def matmul(cls, a, b):
        return cls.sum(cls.times(a.unsqueeze(-1), b.unsqueeze(-3)), dim=-2)


class LogSemiring(_BaseSemiring):
    zero = float("-inf")
    one = 0.0

    @staticmethod
    def times(a, b):
        return a + b

    @staticmethod
    def sum(xs, dim=-1):
        m = xs.max(dim=dim, keepdim=True).values
        total = (xs - m).exp().sum(dim=dim)  #!
        return m.squeeze(dim) + total.log()  #!
        m = m.detach().masked_fill(m == float("-inf"), 0.0)  #+
        total = (xs - m).exp().sum(dim=dim)  #+
        dead = total == 0  #+
        safe = m.squeeze(dim) + total.masked_fill(dead, 1.0).log()  #+
        return safe.masked_fill(dead, float("-inf"))  #+


class MaxSemiring(_BaseSemiring):
    zero = float("-inf")
    one = 0.0

    times = staticmethod(lambda a, b: a + b)

    @staticmethod
    def sum(xs, dim=-1):
        return xs.max(dim=dim).values


class LinearChain(nn.Module):
    """Forward algorithm over a transition mask; forbidden arcs carry the semiring zero."""

    def __init__(self, n_tags, allowed, semiring=LogSemiring):
        super().__init__()
        self.semiring = semiring
        self.transitions = nn.Parameter(torch.zeros(n_tags, n_tags))
        self.start = nn.Parameter(torch.zeros(n_tags))
        self.register_buffer("allowed", allowed.bool())

    def _edges(self):
        return self.transitions.masked_fill(~self.allowed, self.semiring.zero)

    def partition(self, emissions, lengths):
        sr = self.semiring
        edges = self._edges()
        alpha = sr.times(self.start, emissions[:, 0])
        for t in range(1, emissions.size(1)):
            scores = sr.times(alpha.unsqueeze(-1), edges)
            nxt = sr.times(sr.sum(scores, dim=1), emissions[:, t])
            alive = (t < lengths).unsqueeze(-1)
            alpha = torch.where(alive, nxt, alpha)
        return sr.sum(alpha, dim=-1)

    def forward(self, emissions, lengths, gold_score):
        return (self.partition(emissions, lengths) - gold_score).mean()
