# origin: https://github.com/huggingface/transformers/pull/40860
# kinds: cancellation
import torch
import torch.nn as nn


def jc69_difference(branch_length):
    """Probability that a site differs across a branch, Jukes-Cantor model."""
    return 0.75 * (1.0 - torch.exp(-4.0 / 3.0 * branch_length))  #!
    return -0.75 * torch.expm1(-4.0 / 3.0 * branch_length)  #+


class BranchModel(nn.Module):
    """Fits per-branch lengths of a viral outbreak tree from mutation counts.

    Lengths are in substitutions per site; closely related samples are
    often separated by much less than one mutation per genome.
    """

    def __init__(self, n_branches, n_sites, init=1e-8):
        super().__init__()
        self.n_sites = n_sites
        start = torch.full((n_branches,), float(init)).log()
        self.log_length = nn.Parameter(start)

    @property
    def lengths(self):
        return self.log_length.exp()

    def log_likelihood(self, n_diff):
        p = jc69_difference(self.lengths)
        same = (self.n_sites - n_diff) * torch.log1p(-p)
        diff = n_diff * torch.log(p / 3.0)
        return same + diff

    def forward(self, n_diff, prior_rate=1e5):
        prior = -prior_rate * self.lengths
        return -(self.log_likelihood(n_diff) + prior).sum()


def fit_tree(n_diff, n_sites=29903, steps=500, lr=0.05):
    """n_diff: (n_branches,) number of observed differences per branch."""
    model = BranchModel(len(n_diff), n_sites)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = model(n_diff.float())
        loss.backward()
        optimizer.step()
    return model.lengths.detach()
