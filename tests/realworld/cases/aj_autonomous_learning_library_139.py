# origin: https://github.com/cpnota/autonomous-learning-library/issues/139
# kinds: domain
from dataclasses import dataclass

import torch
import torch.nn as nn
from torch.distributions import Normal


@dataclass
class PriorRange:
    low: float
    high: float

    @property
    def width(self):
        return self.high - self.low


class BoundedPosterior(nn.Module):
    """Amortised Gaussian posterior, squashed to the prior range of each parameter."""

    def __init__(self, context_dim, ranges, hidden=64):
        super().__init__()
        self.ranges = ranges
        self.register_buffer("low", torch.tensor([r.low for r in ranges]))
        self.register_buffer("width", torch.tensor([r.width for r in ranges]))
        self.net = nn.Sequential(
            nn.Linear(context_dim, hidden), nn.SiLU(), nn.Linear(hidden, 2 * len(ranges))
        )

    def base(self, context):
        mu, log_sigma = self.net(context).chunk(2, dim=-1)
        return Normal(mu, log_sigma.clamp(-5.0, 2.0).exp())

    def rsample_with_log_prob(self, context):
        dist = self.base(context)
        z = dist.rsample()
        unit = torch.sigmoid(z)
        theta = self.low + self.width * unit
        log_det = torch.log(theta * (1.0 - theta) + 1e-6)  #!
        log_det = torch.log(self.width * unit * (1.0 - unit) + 1e-6)  #+
        log_prob = (dist.log_prob(z) - log_det).sum(dim=-1)
        return theta, log_prob


def elbo_loss(posterior, simulator_loglik, context, n_samples=16):
    ctx = context.expand(n_samples, *context.shape)
    theta, log_q = posterior.rsample_with_log_prob(ctx)
    return (log_q - simulator_loglik(theta, context)).mean()


def make_default_posterior(context_dim):
    ranges = [
        PriorRange(0.1, 0.9),  # matter density
        PriorRange(0.5, 1.2),  # amplitude
        PriorRange(60.0, 80.0),  # expansion rate
    ]
    return BoundedPosterior(context_dim, ranges)
