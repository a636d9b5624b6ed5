# origin: https://github.com/AntixK/PyTorch-VAE/issues/16
# kinds: overflow
import math

import torch


def log_density_gaussian(x, mu, logvar):
    norm = -0.5 * (math.log(2 * math.pi) + logvar)
    return norm - 0.5 * ((x - mu) ** 2 * torch.exp(-logvar))  #!
    return norm - 0.5 * ((x - mu) ** 2 * torch.exp(-logvar.clamp(min=-20.0)))  #+


class BetaTCVAE(torch.nn.Module):
    def total_correlation(self, z, mu, logvar):
        per_dim = log_density_gaussian(z[:, None], mu[None], logvar[None])
        log_q_z = torch.logsumexp(per_dim.sum(2), dim=1)
        log_prod_q_z = torch.logsumexp(per_dim, dim=1).sum(1)
        return (log_q_z - log_prod_q_z).mean()
