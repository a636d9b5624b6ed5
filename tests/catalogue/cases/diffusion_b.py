# origin: diffusion schedules that reach 0 or 1
# kinds: NS322
import torch


class Schedule:
    def __init__(self, steps=1000):
        self.betas = torch.linspace(1e-4, 1.0, steps)  #!
        self.betas = torch.linspace(1e-4, 0.02, steps)  #+
        self.alphas = 1.0 - self.betas
        self.alphas_cumprod = torch.cumprod(self.alphas, dim=0)
        self.sqrt_recip = torch.sqrt(1.0 / self.alphas_cumprod)
        self.sqrt_recipm1 = torch.sqrt(1.0 / self.alphas_cumprod - 1)

    def predict_start(self, x, t, noise):
        return self.sqrt_recip[t] * x - self.sqrt_recipm1[t] * noise
