# origin: https://github.com/kornia/kornia/issues/4404
# kinds: domain
import torch
from torch import nn


class NelsonSiegelCurve(nn.Module):
    """Zero-coupon yield curve with level, slope and curvature factors."""

    def __init__(self, level=0.03, slope=-0.01, curvature=0.01, decay=0.6):
        super().__init__()
        self.beta = nn.Parameter(torch.tensor([level, slope, curvature]))
        self.log_decay = nn.Parameter(torch.tensor(decay).log())

    def loadings(self, tau):
        x = tau * self.log_decay.exp()
        slope = torch.where(x > 0, -torch.expm1(-x) / x, torch.ones_like(x))  #!
        safe_x = torch.where(x > 0, x, torch.ones_like(x))  #+
        slope = torch.where(x > 0, -torch.expm1(-safe_x) / safe_x, torch.ones_like(x))  #+
        curvature = slope - torch.exp(-x)
        return torch.stack([torch.ones_like(x), slope, curvature], dim=-1)

    def forward(self, tau):
        return self.loadings(tau) @ self.beta

    def discount(self, tau):
        return torch.exp(-tau * self(tau))


def bond_prices(curve, coupons, times):
    """coupons and times: (bonds, payments)."""
    return (coupons * curve.discount(times)).sum(dim=-1)


def calibrate(curve, tau, quotes, weights, steps=500, lr=0.01):
    optimizer = torch.optim.Adam(curve.parameters(), lr=lr)
    for step in range(steps):
        optimizer.zero_grad()
        residual = curve(tau) - quotes
        loss = (weights * residual ** 2).sum() / weights.sum()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step:4d}  rmse {loss.item() ** 0.5 * 1e4:.2f} bp")
    return curve


def main():
    # overnight rate first, then 3M ... 30Y
    tau = torch.tensor([0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0])
    quotes = torch.tensor([0.0433, 0.0436, 0.0430, 0.0412, 0.0395, 0.0392,
                           0.0398, 0.0410, 0.0425, 0.0466, 0.0461])
    weights = torch.ones_like(tau)
    curve = calibrate(NelsonSiegelCurve(), tau, quotes, weights)
    print("beta", curve.beta.tolist(), "decay", curve.log_decay.exp().item())


if __name__ == "__main__":
    main()
