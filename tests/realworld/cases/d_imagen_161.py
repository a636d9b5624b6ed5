# origin: https://github.com/lucidrains/imagen-pytorch/issues/161
# kinds: domain
import torch
from torch import nn


def linear_beta_schedule(timesteps):
    scale = 1000 / timesteps
    return torch.linspace(scale * 0.0001, scale * 0.02, timesteps)  #-
    return torch.linspace(scale * 0.0001, scale * 0.02, timesteps).clamp(max=0.999)  #+


class GaussianDiffusion(nn.Module):
    def __init__(self, timesteps=1000):
        super().__init__()
        betas = linear_beta_schedule(timesteps)
        alphas = 1.0 - betas
        alphas_cumprod = torch.cumprod(alphas, dim=0)
        self.register_buffer("sqrt_alphas_cumprod", torch.sqrt(alphas_cumprod))  #*
        self.register_buffer("sqrt_one_minus", torch.sqrt(1.0 - alphas_cumprod))

    def q_sample(self, x, noise, t):
        return self.sqrt_alphas_cumprod[t] * x + self.sqrt_one_minus[t] * noise
