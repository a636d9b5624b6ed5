# origin: https://github.com/awslabs/gluon-ts/issues/1056
# kinds: domain
import math

import torch
from torch import nn
from torch.nn import functional as F


def lognormal_logpdf(x, loc, scale):
    log_x = torch.log(x)  #!
    log_x = torch.log(x)  #+
    return -log_x - torch.log(scale) - 0.5 * math.log(2 * math.pi) - 0.5 * ((log_x - loc) / scale) ** 2


class ZeroInflatedLogNormalLoss(nn.Module):
    """Customer lifetime value: logit of a purchase, then a lognormal amount (Wang et al., 2019)."""

    def forward(self, logits, spend):
        p_logit, loc, raw_scale = logits.unbind(-1)
        bought = spend > 0
        classification = F.binary_cross_entropy_with_logits(p_logit, bought.float(), reduction="none")

        scale = F.softplus(raw_scale).clamp(min=1e-3)
        amount = torch.where(bought, spend, torch.ones_like(spend))  #+
        amount_ll = lognormal_logpdf(spend, loc, scale)  #-
        amount_ll = lognormal_logpdf(amount, loc, scale)  #+
        regression = -torch.where(bought, amount_ll, torch.zeros_like(amount_ll))
        return (classification + regression).mean()


class LTVModel(nn.Module):
    def __init__(self, cardinalities, n_numeric, hidden=64):
        super().__init__()
        self.embeds = nn.ModuleList(nn.Embedding(c, min(50, c // 2 + 1)) for c in cardinalities)
        width = sum(e.embedding_dim for e in self.embeds) + n_numeric
        self.mlp = nn.Sequential(
            nn.Linear(width, hidden), nn.ReLU(),
            nn.Linear(hidden, hidden // 2), nn.ReLU(),
            nn.Linear(hidden // 2, 3),
        )

    def forward(self, categorical, numeric):
        parts = [e(categorical[:, i]) for i, e in enumerate(self.embeds)]
        return self.mlp(torch.cat(parts + [numeric], dim=-1))


def train_epoch(model, loader, optimizer):
    criterion = ZeroInflatedLogNormalLoss()
    for categorical, numeric, spend in loader:
        loss = criterion(model(categorical, numeric), spend)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
