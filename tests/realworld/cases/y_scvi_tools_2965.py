# origin: https://github.com/scverse/scvi-tools/issues/2965
# kinds: cancellation precision
import torch
from torch import nn
import torch.nn.functional as F


def log_nb_positive(x, mu, theta, eps=1e-8):
    """Log likelihood of counts under a negative binomial with mean mu and inverse dispersion theta."""
    x, mu, theta = x.double(), mu.double(), theta.double()  #+
    log_theta_mu_eps = torch.log(theta + mu + eps)
    res = theta * (torch.log(theta + eps) - log_theta_mu_eps)
    res = res + x * (torch.log(mu + eps) - log_theta_mu_eps)
    res = res + torch.lgamma(x + theta) - torch.lgamma(theta) - torch.lgamma(x + 1)  #!
    res = res + torch.lgamma(x + theta) - torch.lgamma(theta) - torch.lgamma(x + 1)  #+
    return res


class NBDecoder(nn.Module):
    def __init__(self, n_latent, n_genes, n_hidden=128):
        super().__init__()
        self.hidden = nn.Sequential(
            nn.Linear(n_latent, n_hidden),
            nn.BatchNorm1d(n_hidden, momentum=0.01, eps=1e-3),
            nn.ReLU(),
        )
        self.scale = nn.Linear(n_hidden, n_genes)
        self.px_r = nn.Parameter(torch.randn(n_genes))

    def forward(self, z, library):
        px_scale = F.softmax(self.scale(self.hidden(z)), dim=-1)
        px_rate = library * px_scale
        return px_rate, torch.exp(self.px_r)

    def reconstruction_loss(self, x, z):
        library = x.sum(1, keepdim=True)
        px_rate, px_r = self.forward(z, library)
        return -log_nb_positive(x, px_rate, px_r).sum(-1)
