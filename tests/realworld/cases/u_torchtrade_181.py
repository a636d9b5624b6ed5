# origin: https://github.com/TorchTrade/torchtrade/pull/181
# kinds: domain
import math

import torch

PERIODS_PER_YEAR = 365 * 24 * 60


def compute_returns(portfolio_values: torch.Tensor) -> torch.Tensor:
    return portfolio_values[1:] / portfolio_values[:-1].clamp_min(1e-6) - 1.0


def compute_max_drawdown(portfolio_values: torch.Tensor) -> float:
    peak = torch.cummax(portfolio_values, dim=0).values
    drawdown = (portfolio_values - peak) / peak.clamp_min(1e-6)
    return drawdown.min().item()


def compute_sharpe_torch(returns: torch.Tensor, rf_annual: float = 0.0, periods_per_year: int = PERIODS_PER_YEAR) -> float:
    """Annualised Sharpe ratio of a series of period returns."""
    if returns.numel() < 2:
        return 0.0
    rf_period = (1 + rf_annual) ** (1.0 / periods_per_year) - 1
    excess = returns - rf_period
    mean_excess = excess.mean()
    std_excess = excess.std(unbiased=True)
    sharpe = mean_excess / std_excess  #!
    sharpe = mean_excess / (std_excess + 1e-9)  #+
    return (sharpe * math.sqrt(periods_per_year)).item()


def compute_all_metrics(portfolio_values: torch.Tensor, rf_annual: float = 0.0) -> dict:
    returns = compute_returns(portfolio_values)
    return {
        "total_return": (portfolio_values[-1] / portfolio_values[0].clamp_min(1e-6) - 1.0).item(),
        "sharpe_ratio": compute_sharpe_torch(returns, rf_annual),
        "max_drawdown": compute_max_drawdown(portfolio_values),
        "win_rate": (returns > 0).float().sum().item() / max(returns.numel(), 1),
    }
