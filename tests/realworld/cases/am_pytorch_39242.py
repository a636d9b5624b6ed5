# origin: https://github.com/pytorch/pytorch/issues/39242
# kinds: cancellation domain
import math  #+

import torch
import torch.nn as nn


def log1mexp(x):  #+
    """log(1 - exp(-x)) for x > 0."""  #+
    x = x.clamp(min=1e-12)  #+
    small = x < math.log(2.0)  #+
    near = torch.where(small, x, torch.ones_like(x))  #+
    far = torch.where(small, torch.ones_like(x), x)  #+
    return torch.where(small, torch.log(-torch.expm1(-near)), torch.log1p(-torch.exp(-far)))  #+


class HurdlePoissonHead(nn.Module):
    """Visits model: a gate for zero vs. non zero, then a zero-truncated Poisson."""

    def __init__(self, in_features, exposure=1.0):
        super().__init__()
        self.gate = nn.Linear(in_features, 1)
        self.rate = nn.Linear(in_features, 1)
        self.exposure = exposure

    def forward(self, h):
        gate_logit = self.gate(h).squeeze(-1)
        log_rate = self.rate(h).squeeze(-1).clamp(-20.0, 15.0)
        return gate_logit, log_rate


def truncated_poisson_nll(log_rate, counts):
    lam = log_rate.exp()
    log_norm = torch.log(1 - torch.exp(-lam))  #!
    log_norm = log1mexp(lam)  #+
    log_pmf = counts * log_rate - lam - torch.lgamma(counts + 1)
    return log_norm - log_pmf


def hurdle_nll(outputs, counts):
    gate_logit, log_rate = outputs
    positive = (counts > 0).to(gate_logit.dtype)
    gate_term = nn.functional.binary_cross_entropy_with_logits(gate_logit, positive, reduction="none")
    count_term = truncated_poisson_nll(log_rate, counts.clamp(min=1))
    return (gate_term + positive * count_term).mean()


def fit(backbone, head, loader, epochs=5, lr=1e-3):
    params = list(backbone.parameters()) + list(head.parameters())
    opt = torch.optim.Adam(params, lr=lr)
    history = []
    for _ in range(epochs):
        total, n = 0.0, 0
        for x, y in loader:
            loss = hurdle_nll(head(backbone(x)), y.float())
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(y)
            n += len(y)
        history.append(total / max(n, 1))
    return history
