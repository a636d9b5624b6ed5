# origin: https://github.com/pyro-ppl/numpyro/pull/2224
# kinds: domain
import torch
import torch.nn as nn


class ForecastStack(nn.Module):
    """Linear pool of density forecasts; weights depend on the regime features.

    Members that did not publish a forecast for a date get no weight there.
    """

    def __init__(self, n_features, n_members):
        super().__init__()
        self.score = nn.Linear(n_features, n_members)

    def weights(self, regime, available):
        w = self.score(regime).softmax(dim=-1) * available
        return w / w.sum(dim=-1, keepdim=True).clamp_min(1e-12)

    def log_density(self, regime, member_logp, available):
        w = self.weights(regime, available)  #-
        log_w = w.log()  #!
        score = self.score(regime).masked_fill(~available, float("-inf"))  #+
        log_w = score.log_softmax(dim=-1)  #+
        return torch.logsumexp(log_w + member_logp, dim=-1)

    def forward(self, regime, member_logp, available):
        return -self.log_density(regime, member_logp, available).mean()


def fit_stack(regime, member_logp, available, epochs=200, lr=1e-2, weight_decay=1e-3):
    """member_logp: (n, n_members), each member's log score of the realised value."""
    usable = available.any(dim=1)
    regime, member_logp, available = regime[usable], member_logp[usable], available[usable]
    member_logp = member_logp.masked_fill(~available, 0.0)
    stack = ForecastStack(regime.shape[1], member_logp.shape[1])
    optimizer = torch.optim.AdamW(stack.parameters(), lr=lr, weight_decay=weight_decay)
    best, best_state = float("inf"), None
    for _ in range(epochs):
        loss = stack(regime, member_logp, available)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss.item() < best:
            best = loss.item()
            best_state = {k: v.clone() for k, v in stack.state_dict().items()}
    if best_state is not None:
        stack.load_state_dict(best_state)
    return stack, best
