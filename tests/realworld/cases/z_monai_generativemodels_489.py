# origin: https://github.com/Project-MONAI/GenerativeModels/issues/489
# kinds: domain cancellation
import math

import torch
import torch.nn as nn


def cosine_alphas_cumprod(num_train_timesteps, s=8e-3):
    x = torch.linspace(0, num_train_timesteps, num_train_timesteps + 1)
    alphas_cumprod = torch.cos(((x / num_train_timesteps) + s) / (1 + s) * math.pi * 0.5) ** 2
    alphas_cumprod = alphas_cumprod / alphas_cumprod[0].item()
    alphas = torch.clip(alphas_cumprod[1:] / alphas_cumprod[:-1], 0.0001, 0.9999)
    return alphas_cumprod[:-1], alphas  #!
    return torch.cumprod(alphas, dim=0), alphas  #+


class DDPMScheduler(nn.Module):
    def __init__(self, num_train_timesteps=1000, clip_sample=True):
        super().__init__()
        self.num_train_timesteps = num_train_timesteps
        self.clip_sample = clip_sample
        self.alphas_cumprod, self.alphas = cosine_alphas_cumprod(num_train_timesteps)
        self.betas = 1.0 - self.alphas

    def add_noise(self, original, noise, timesteps):
        a = self.alphas_cumprod.to(original)[timesteps].view(-1, *([1] * (original.ndim - 1)))
        return a.sqrt() * original + (1 - a).sqrt() * noise

    def step(self, model_output, t, sample):
        alpha_prod_t = self.alphas_cumprod[t]
        alpha_prod_t_prev = self.alphas_cumprod[t - 1] if t > 0 else torch.tensor(1.0)
        beta_prod_t = 1 - alpha_prod_t
        beta_prod_t_prev = 1 - alpha_prod_t_prev

        x0 = (sample - beta_prod_t.sqrt() * model_output) / alpha_prod_t.sqrt()
        if self.clip_sample:
            x0 = x0.clamp(-1, 1)
        x0_coeff = alpha_prod_t_prev.sqrt() * self.betas[t] / beta_prod_t  #*
        sample_coeff = self.alphas[t].sqrt() * beta_prod_t_prev / beta_prod_t  #*
        prev = x0_coeff * x0 + sample_coeff * sample
        if t > 0:
            variance = (beta_prod_t_prev / beta_prod_t * self.betas[t]).clamp_min(1e-20)
            prev = prev + variance.sqrt() * torch.randn_like(sample)
        return prev
