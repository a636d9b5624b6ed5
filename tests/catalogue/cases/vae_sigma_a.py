# origin: VAE with sigma instead of log-variance
# kinds: NS301 NS324
import torch
from torch import nn


class VAE(nn.Module):
    def __init__(self, width=784, latent=20):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(width, 400), nn.ReLU())
        self.mu = nn.Linear(400, latent)
        self.sigma = nn.Linear(400, latent)  #-
        self.log_var = nn.Linear(400, latent)  #+
        self.out = nn.Linear(latent, width)

    def forward(self, x):
        h = self.body(x)
        mu, sigma = self.mu(h), torch.relu(self.sigma(h))  #-
        mu, log_var = self.mu(h), self.log_var(h).clamp(-20, 10)  #+
        z = mu + sigma * torch.randn_like(mu)  #-
        z = mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)  #+
        kl = -0.5 * (1 + torch.log(sigma**2) - mu**2 - sigma**2).sum(-1)  #!
        kl = -0.5 * (1 + log_var - mu**2 - log_var.exp()).sum(-1)  #+
        return self.out(z), kl.mean()
