# origin: diffusion schedules that reach 0 or 1
# kinds: NS322
import math

import torch


def cosine_betas(steps, s=0.008):
    t = torch.linspace(0, steps, steps + 1)
    f = torch.cos((t / steps + s) / (1 + s) * math.pi / 2) ** 2
    alphas_cumprod = f / f[0]
    betas = 1 - alphas_cumprod[1:] / alphas_cumprod[:-1]  #!
    betas = 1 - alphas_cumprod[1:] / alphas_cumprod[:-1]  #+
    return betas  #-
    return torch.clamp(betas, 0.0001, 0.999)  #+


def step(x, noise, betas, t):
    alphas = 1 - betas
    return (x - betas[t] / torch.sqrt(1 - torch.cumprod(alphas, 0)[t]) * noise) / torch.sqrt(alphas[t])
