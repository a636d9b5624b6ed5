# origin: https://github.com/NVIDIA/TransformerEngine/pull/1401
# kinds: cancellation domain
import torch
import torch.nn as nn


class CloglogHazard(nn.Module):
    """Grouped-time proportional hazards model for rare events."""

    def __init__(self, n_features, n_intervals, base_rate=1e-4):
        super().__init__()
        self.beta = nn.Linear(n_features, 1, bias=False)
        nn.init.normal_(self.beta.weight, std=0.01)
        self.log_baseline = nn.Parameter(torch.full((n_intervals,), base_rate).log())

    def rate(self, x, exposure):
        """Expected number of events, (subjects, intervals)."""
        eta = self.log_baseline + self.beta(x)
        return torch.exp(eta.clamp(-30.0, 20.0)) * exposure

    def forward(self, x, exposure):
        return self.rate(x, exposure)


def log_hazard(rate):
    """log of the probability of an event within the interval."""
    return torch.log(1.0 - torch.exp(-rate))  #!
    return torch.log(-torch.expm1(-rate))  #+


def negative_log_likelihood(rate, event, at_risk):
    """event and at_risk are 0/1 tensors of shape (subjects, intervals)."""
    occurred = event * log_hazard(rate)
    survived = (1.0 - event) * (-rate)
    return -((occurred + survived) * at_risk).sum() / at_risk.sum().clamp(min=1.0)


def cumulative_incidence(model, x, exposure):
    with torch.no_grad():
        cumulative = model.rate(x, exposure).cumsum(dim=1)
    return -torch.expm1(-cumulative)


def fit(model, x, exposure, event, at_risk, steps=300, lr=0.05, ridge=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for step in range(steps):
        optimizer.zero_grad()
        nll = negative_log_likelihood(model(x, exposure), event, at_risk)
        loss = nll + ridge * model.beta.weight.pow(2).sum()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step}: nll {nll.item():.6e}")
    return model


if __name__ == "__main__":
    torch.manual_seed(0)
    n, p, t = 500, 5, 24
    x = torch.randn(n, p)
    # exposure in years of an hourly grid
    exposure = torch.full((n, t), 1.0 / 8766.0)
    event = (torch.rand(n, t) < 0.002).float()
    model = CloglogHazard(p, t, base_rate=1e-3)
    fit(model, x, exposure, event, torch.ones(n, t))
    print(cumulative_incidence(model, x, exposure).max())
