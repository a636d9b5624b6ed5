# origin: https://github.com/LTH14/mar/issues/70
# kinds: domain
import math

import numpy as np


def betas_for_alpha_bar(num_diffusion_timesteps, alpha_bar, max_beta=0.999):
    betas = []
    for i in range(num_diffusion_timesteps):
        t1, t2 = i / num_diffusion_timesteps, (i + 1) / num_diffusion_timesteps
        betas.append(1 - alpha_bar(t2) / alpha_bar(t1))  #-
        betas.append(min(1 - alpha_bar(t2) / alpha_bar(t1), max_beta))  #+
    return np.array(betas)


class GaussianDiffusion:
    def __init__(self, steps=1000):
        betas = betas_for_alpha_bar(steps, lambda t: math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2)
        alphas = 1.0 - betas
        self.alphas_cumprod = np.cumprod(alphas, axis=0)
        self.sqrt_recip_alphas_cumprod = np.sqrt(1.0 / self.alphas_cumprod)  #*
        self.sqrt_recipm1_alphas_cumprod = np.sqrt(1.0 / self.alphas_cumprod - 1)  #*

    def predict_xstart_from_eps(self, x_t, t, eps):
        return self.sqrt_recip_alphas_cumprod[t] * x_t - self.sqrt_recipm1_alphas_cumprod[t] * eps
