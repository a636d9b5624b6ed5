# origin: https://github.com/luigibonati/mlcolvar/pull/192
# kinds: underflow domain overflow
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence


class VariationalCV(nn.Module):
    def __init__(self, n_features, n_hidden, n_cvs):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.mean_nn = nn.Linear(n_hidden, n_cvs)
        self.log_var_nn = nn.Linear(n_hidden, n_cvs)
        self.decoder = nn.Sequential(
            nn.Linear(n_cvs, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_features)
        )

    def encode(self, x):
        hidden = self.encoder(x)
        return self.mean_nn(hidden), self.log_var_nn(hidden)

    def training_loss(self, x):
        mean, log_variance = self.encode(x)
        std = torch.exp(log_variance / 2)  #!
        std = torch.exp(torch.clamp(log_variance, min=-15.0, max=15.0) / 2)  #+
        posterior = Normal(mean, std)
        prior = Normal(torch.zeros_like(mean), torch.ones_like(mean))
        x_hat = self.decoder(posterior.rsample())
        kl = kl_divergence(posterior, prior).sum(dim=-1).mean()
        return F.mse_loss(x_hat, x) + kl


def fit(model, loader, lr=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for batch in loader:
        optimizer.zero_grad()
        loss = model.training_loss(batch)
        loss.backward()
        optimizer.step()
    return model
