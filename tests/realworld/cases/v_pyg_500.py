# origin: https://github.com/pyg-team/pytorch_geometric/issues/500
# kinds: overflow
from collections import namedtuple

import torch
from torch import nn

Posterior = namedtuple("Posterior", ["mu", "logvar"])
MAX_LOGVAR = 10  #+


class GraphEncoder(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.shared = nn.Linear(in_channels, 2 * out_channels)
        self.to_mu = nn.Linear(2 * out_channels, out_channels)
        self.to_logvar = nn.Linear(2 * out_channels, out_channels)

    def forward(self, x, adj):
        h = torch.relu(adj @ self.shared(x))
        logvar = self.to_logvar(h)
        logvar = logvar.clamp(max=MAX_LOGVAR)  #+
        return Posterior(mu=self.to_mu(h), logvar=logvar)


class VGAE(nn.Module):
    def __init__(self, encoder: GraphEncoder):
        super().__init__()
        self.encoder = encoder

    def reparametrize(self, posterior):
        if not self.training:
            return posterior.mu
        noise = torch.randn_like(posterior.mu)
        return posterior.mu + noise * torch.exp(posterior.logvar)  #*

    def kl(self, posterior):
        mu, logvar = posterior
        inner = 1 + logvar - mu**2 - logvar.exp()  #*
        return -0.5 * torch.mean(torch.sum(inner, dim=1))

    def forward(self, x, adj, labels):
        posterior = self.encoder(x, adj)
        z = self.reparametrize(posterior)
        reconstruction = nn.functional.binary_cross_entropy_with_logits(z @ z.t(), labels)
        return {"loss": reconstruction + self.kl(posterior) / x.size(0), "z": z}
