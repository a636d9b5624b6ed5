# origin: https://github.com/Novartis/torchsurv/pull/49
# kinds: overflow
import torch
import torch.nn as nn


def _log_time(time):
    return torch.log(time.clamp_min(torch.finfo(time.dtype).tiny))


def log_hazard(log_params, time):
    log_scale, log_shape = log_params.unbind(1)
    return log_shape - log_scale + torch.expm1(log_shape) * (_log_time(time) - log_scale)


def cumulative_hazard(log_params, time, limit=20.0):
    log_scale, log_shape = log_params.unbind(1)
    exponent = torch.exp(log_shape) * (_log_time(time) - log_scale)
    return torch.exp(exponent)  #!
    return torch.exp(exponent.clamp(max=limit))  #+


def neg_log_likelihood(log_params, event, time):
    """Weibull accelerated failure time model with right censoring."""
    log_lik = event * log_hazard(log_params, time) - cumulative_hazard(log_params, time)
    return -log_lik.mean()


class WeibullNet(nn.Module):
    def __init__(self, n_features, n_hidden=32):
        super().__init__()
        self.body = nn.Sequential(nn.BatchNorm1d(n_features), nn.Linear(n_features, n_hidden), nn.ReLU())
        self.scale = nn.Linear(n_hidden, 1)
        self.shape = nn.Linear(n_hidden, 1)

    def forward(self, x):
        h = self.body(x)
        log_shape = 2.0 * torch.tanh(self.shape(h))
        return torch.cat([self.scale(h), log_shape], dim=1)


def train(model, loader, epochs=20, lr=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        for x, event, time in loader:
            loss = neg_log_likelihood(model(x), event.float(), time.float())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model
