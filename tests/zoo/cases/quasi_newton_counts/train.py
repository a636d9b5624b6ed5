"""Poisson regression on a whole year of hourly traffic counts: summed deviance, L-BFGS with strong Wolfe line search."""
import torch


def traffic(n=8760, seed=91):
    g = torch.Generator().manual_seed(seed)
    hour = torch.arange(n) % 24
    week = (torch.arange(n) // 24) % 7
    x = torch.stack([torch.ones(n), torch.sin(hour / 24 * 6.2832), torch.cos(hour / 24 * 6.2832),
                     torch.sin(hour / 12 * 6.2832), (week >= 5).float()], 1)
    rate = torch.exp(x @ torch.tensor([6.5, -0.8, -0.5, 0.3, -0.4]))
    return x, torch.poisson(rate, generator=g)


class PoissonRegression(torch.nn.Module):
    def __init__(self, n_in):
        super().__init__()
        self.coef = torch.nn.Parameter(torch.zeros(n_in))

    def forward(self, x):
        return x @ self.coef


x, count = traffic()
model = PoissonRegression(x.shape[1])
opt = torch.optim.LBFGS(model.parameters(), max_iter=8, line_search_fn="strong_wolfe", tolerance_grad=1e-3)
best, best_state = float("inf"), None

for outer in range(8):
    def closure():
        opt.zero_grad()
        log_rate = model(x)
        deviance = (log_rate.clamp(max=30).exp() - count * log_rate).sum()
        deviance.backward()
        return deviance

    value = opt.step(closure).item()
    if value < best:
        best, best_state = value, model.coef.detach().clone()
    print(f"outer {outer} deviance {value:.6g} coef {[round(c, 3) for c in model.coef.tolist()]}")
print("best", best, best_state)
