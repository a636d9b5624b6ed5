import torch
from torch import nn

TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


def allowed(a, b):
    return not b.startswith("I-") or a[1:] == b[1:]


class LinearCRF(nn.Module):
    def __init__(self):
        super().__init__()
        n = len(TAGS)
        self.trans = nn.Parameter(torch.zeros(n, n))
        bad = torch.tensor([[not allowed(a, b) for b in TAGS] for a in TAGS])
        self.register_buffer("forbidden", bad)
        self.register_buffer("no_start", torch.tensor([t.startswith("I-") for t in TAGS]))

    def transitions(self):
        return self.trans.masked_fill(self.forbidden, float("-inf"))

    def log_z(self, emit):
        """emit: (batch, time, tags); forbidden transitions and starts have weight exp(-inf) = 0."""
        trans = self.transitions()
        alpha = emit[:, 0].masked_fill(self.no_start, float("-inf"))
        for t in range(1, emit.shape[1]):
            alpha = torch.logsumexp(alpha.unsqueeze(2) + trans, dim=1) + emit[:, t]
        return torch.logsumexp(alpha, dim=1)

    def score(self, emit, tags):
        picked = emit.gather(2, tags.unsqueeze(2)).squeeze(2).sum(1)
        return picked + self.trans[tags[:, :-1], tags[:, 1:]].sum(1)

    def nll(self, emit, tags):
        return (self.log_z(emit) - self.score(emit, tags)).mean()

    @torch.no_grad()
    def viterbi(self, emit):
        trans = self.transitions()
        best = emit[:, 0].masked_fill(self.no_start, float("-inf"))
        back = []
        for t in range(1, emit.shape[1]):
            best, arg = (best.unsqueeze(2) + trans).max(1)
            best = best + emit[:, t]
            back.append(arg)
        path = [best.argmax(1)]
        for arg in reversed(back):
            path.append(arg.gather(1, path[-1].unsqueeze(1)).squeeze(1))
        return torch.stack(path[::-1], 1)
