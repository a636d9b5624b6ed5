# origin: https://github.com/pytorch/pytorch/issues/115786
# kinds: precision
import torch
import torch.nn as nn


class InformationCoefficient(nn.Module):
    """Negative mean cross-sectional correlation of forecast and next-bar return."""

    def __init__(self, eps=1e-8, min_names=20):
        super().__init__()
        self.eps = eps
        self.min_names = min_names

    def forward(self, forecast, returns, tradable):
        """All of shape (bars, names); ``tradable`` is boolean."""
        w = tradable.to(forecast.dtype)
        n = w.sum(dim=1, keepdim=True).clamp(min=1.0)
        f = (forecast - (forecast * w).sum(1, keepdim=True) / n) * w
        r = (returns - (returns * w).sum(1, keepdim=True) / n) * w
        cov = (f * r).sum(1) / n.squeeze(1)
        var_f = f.pow(2).sum(1) / n.squeeze(1)
        var_r = r.pow(2).sum(1) / n.squeeze(1)
        ic = cov / (torch.sqrt(var_f * var_r) + self.eps)  #!
        f_hat = torch.nn.functional.normalize(f, dim=1, eps=1e-15)  #+
        r_hat = torch.nn.functional.normalize(r, dim=1, eps=1e-15)  #+
        ic = (f_hat * r_hat).sum(1)  #+
        enough = tradable.sum(1) >= self.min_names
        return -ic[enough].sum() / enough.sum().clamp(min=1)


class BarForecaster(nn.Module):
    """One-minute forecaster: output is an expected return, so of order 1e-4."""

    def __init__(self, n_features, hidden=64, scale=1e-4):
        super().__init__()
        self.rnn = nn.GRU(n_features, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)
        self.scale = scale

    def forward(self, x):
        out, _ = self.rnn(x)
        return self.scale * self.head(out).squeeze(-1)


def evaluate(model, features, returns, tradable):
    with torch.no_grad():
        forecast = model(features).t()
    return -InformationCoefficient()(forecast, returns, tradable).item()
