# origin: https://github.com/pytorch/pytorch/issues/39242
# kinds: cancellation domain
import torch
from torch import nn


class DiscreteHazard(nn.Module):
    """Grouped-time proportional hazards (complementary log-log link).

    The hazard of interval t is 1 - exp(-exp(baseline_t + x'beta)).
    """

    def __init__(self, num_features, num_intervals):
        super().__init__()
        self.baseline = nn.Parameter(torch.full((num_intervals,), -3.0))
        self.beta = nn.Linear(num_features, 1, bias=False)
        nn.init.zeros_(self.beta.weight)

    def cumulative_rate(self, x):
        eta = self.baseline + self.beta(x)
        return torch.exp(eta.clamp(-30.0, 10.0))

    def forward(self, x, interval, event):
        """Log-likelihood of each subject; interval is the last one at risk."""
        rate = self.cumulative_rate(x)
        steps = torch.arange(rate.shape[1], device=rate.device)
        before = (steps < interval[:, None]).to(rate.dtype)
        survived = -(rate * before).sum(dim=1)
        last = rate.gather(1, interval[:, None]).squeeze(1)
        log_event = torch.log(1.0 - torch.exp(-last))  #!
        log_event = torch.log(-torch.expm1(-last))  #+
        return survived + torch.where(event, log_event, -last)

    @torch.no_grad()
    def survival_curve(self, x):
        return torch.exp(-torch.cumsum(self.cumulative_rate(x), dim=1))


def fit(model, loader, epochs=50, lr=1e-2, l2=1e-4):
    opt = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=l2)
    history = []
    for _ in range(epochs):
        total, n = 0.0, 0
        for x, interval, event in loader:
            loss = -model(x, interval, event).mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(x)
            n += len(x)
        history.append(total / max(n, 1))
    return history
