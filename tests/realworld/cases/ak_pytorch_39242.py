# origin: https://github.com/pytorch/pytorch/issues/39242
# kinds: cancellation domain
import math

import torch
import torch.nn as nn


def event_log_prob(hazard):
    """log of the probability that the event falls into the interval."""
    return torch.log(1.0 - torch.exp(-hazard))  #!
    small = torch.log(-torch.expm1(-hazard.clamp(max=math.log(2.0))))  #+
    large = torch.log1p(-torch.exp(-hazard.clamp(min=math.log(2.0))))  #+
    return torch.where(hazard < math.log(2.0), small, large)  #+


class ChurnModel(nn.Module):
    """Discrete-time survival with a complementary log-log link.

    The integrated hazard of month ``t`` is exp(baseline[t] + x'b).
    """

    def __init__(self, n_features, n_months=36, hidden=32):
        super().__init__()
        self.baseline = nn.Parameter(torch.full((n_months,), -4.0))
        self.net = nn.Sequential(
            nn.Linear(n_features, hidden), nn.ELU(), nn.Linear(hidden, 1, bias=False)
        )

    def hazards(self, x):
        eta = self.baseline + self.net(x)
        return torch.exp(eta.clamp(-40.0, 8.0))

    def forward(self, x, month, churned):
        hazard = self.hazards(x)
        index = torch.arange(hazard.shape[1], device=x.device)
        survived = (index[None] < month[:, None]).to(hazard.dtype)
        log_surv = -(hazard * survived).sum(1)
        last = hazard.gather(1, month[:, None]).squeeze(1)
        log_last = torch.where(churned, event_log_prob(last), -last)
        return -(log_surv + log_last).mean()

    @torch.no_grad()
    def survival_curve(self, x):
        return torch.exp(-self.hazards(x).cumsum(dim=1))
