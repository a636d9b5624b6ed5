# origin: https://github.com/pytorch/pytorch/pull/92114
# kinds: cancellation precision
import torch
from torch import nn

CODE = {c: i for i, c in enumerate("ACGT")}


def encode(sequence):
    return torch.tensor([CODE.get(c, 4) for c in sequence.upper()])


def mismatch_fraction(seqs):
    """Share of differing sites for every pair, gaps and unknowns left out."""
    known = seqs < 4
    both = known.unsqueeze(0) & known.unsqueeze(1)
    differ = (seqs.unsqueeze(0) != seqs.unsqueeze(1)) & both
    return differ.sum(-1).float() / both.sum(-1).clamp(min=1).float()


def jukes_cantor(p, max_p=0.74):
    """Substitutions per site; strains of an outbreak differ at very few sites."""
    p = p.clamp(max=max_p)
    return -0.75 * torch.log(1.0 - 4.0 / 3.0 * p)  #!
    return -0.75 * torch.log1p(-4.0 / 3.0 * p)  #+


class ClockModel(nn.Module):
    """Regresses genetic distance on the time between the sampling dates."""

    def __init__(self, rate=1e-3):
        super().__init__()
        self.log_rate = nn.Parameter(torch.tensor(float(rate)).log())
        self.offset = nn.Parameter(torch.zeros(()))

    def forward(self, years):
        return self.log_rate.exp() * (years + nn.functional.softplus(self.offset))


def fit_clock(seqs, dates, steps=500, lr=0.02):
    dist = jukes_cantor(mismatch_fraction(seqs))
    years = (dates.unsqueeze(0) - dates.unsqueeze(1)).abs()
    i, j = torch.triu_indices(len(seqs), len(seqs), offset=1)
    model = ClockModel()
    optim = torch.optim.Adam(model.parameters(), lr=lr)
    scale = dist[i, j].mean().clamp_min(1e-12)
    for _ in range(steps):
        optim.zero_grad()
        loss = ((model(years[i, j]) - dist[i, j]) / scale).square().mean()
        loss.backward()
        optim.step()
    return model, dist
