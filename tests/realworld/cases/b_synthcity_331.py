# origin: https://github.com/vanderschaarlab/synthcity/issues/331
# kinds: overflow
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, n_features, n_units, n_latent):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(n_features, n_units), nn.ReLU())
        self.mu_fc = nn.Linear(n_units, n_latent)
        self.logvar_fc = nn.Linear(n_units, n_latent)

    def forward(self, X):
        data = self.body(X)
        return self.mu_fc(data), self.logvar_fc(data)  #-
        return self.mu_fc(data), self.logvar_fc(data).clamp(-30, 20)  #+


class VAE(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def _reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)  #!
        std = torch.exp(0.5 * logvar.clamp(-30, 20))  #+
        return mu + torch.randn_like(std) * std
