# origin: https://github.com/vanderschaarlab/synthcity/issues/331
# kinds: overflow explosion
import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, n_features, n_latent, n_hidden=250):
        super().__init__()
        self.shared = nn.Sequential(
            nn.Linear(n_features, n_hidden), nn.LeakyReLU(), nn.Linear(n_hidden, n_hidden), nn.LeakyReLU()
        )
        self.mu_fc = nn.Linear(n_hidden, n_latent)
        self.logvar_fc = nn.Linear(n_hidden, n_latent)

    def forward(self, x):
        h = self.shared(x)
        mu = self.mu_fc(h)
        logvar = self.logvar_fc(h)  #-
        logvar = self.logvar_fc(h).clamp(-30, 20)  #+
        return mu, logvar


class TabularVAE(nn.Module):
    def __init__(self, n_features, n_latent=64, n_hidden=250):
        super().__init__()
        self.encoder = Encoder(n_features, n_latent, n_hidden)
        self.decoder = nn.Sequential(nn.Linear(n_latent, n_hidden), nn.LeakyReLU(), nn.Linear(n_hidden, n_features))

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)  #*
        return mu + torch.randn_like(std) * std

    def loss(self, x):
        mu, logvar = self.encoder(x)
        recon = self.decoder(self.reparameterize(mu, logvar))
        rec = F.mse_loss(recon, x, reduction="sum")
        kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())  #*
        return (rec + kl) / x.shape[0]


def fit(model, loader, n_iter=1000, lr=1e-3, weight_decay=1e-5):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=weight_decay)
    for _ in range(n_iter):
        for (x,) in loader:
            optimizer.zero_grad()
            loss = model.loss(x)
            loss.backward()
            optimizer.step()
    return model
