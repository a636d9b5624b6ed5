# origin: https://github.com/orybkin/sigma-vae-pytorch/issues/10
# kinds: domain overflow
import torch
from torch import nn


def gaussian_nll(mu, log_sigma, x):
    return 0.5 * torch.pow((x - mu) / log_sigma.exp(), 2) + log_sigma + 0.5 * 1.8378770664093453


class ConvVAE(nn.Module):
    def __init__(self, model="optimal_sigma_vae"):
        super().__init__()
        self.model = model
        self.log_sigma = nn.Parameter(torch.zeros(1))

    def reconstruction_loss(self, x_hat, x):
        if self.model == "optimal_sigma_vae":
            log_sigma = ((x - x_hat) ** 2).mean([0, 1, 2, 3], keepdim=True).sqrt().log()  #!
            log_sigma = 0.5 * (((x - x_hat) ** 2).mean([0, 1, 2, 3], keepdim=True) + 1e-6).log()  #+
        else:
            log_sigma = self.log_sigma
        return gaussian_nll(x_hat, log_sigma, x).sum()
