# origin: https://github.com/Project-MONAI/GenerativeModels/issues/489
# kinds: domain cancellation
import torch


class DDPMScheduler:
    def __init__(self, num_train_timesteps=1000, s=8e-3):
        x = torch.linspace(0, num_train_timesteps, num_train_timesteps + 1)
        alphas_cumprod = torch.cos(((x / num_train_timesteps) + s) / (1 + s) * torch.pi * 0.5) ** 2
        alphas_cumprod /= alphas_cumprod[0].item()
        alphas = torch.clip(alphas_cumprod[1:] / alphas_cumprod[:-1], 0.0001, 0.9999)
        self.betas = 1.0 - alphas
        self.alphas = alphas
        self.alphas_cumprod = alphas_cumprod[:-1]
        self.one = torch.tensor(1.0)

    def step(self, model_output, timestep, sample):
        alpha_prod_t = self.alphas_cumprod[timestep]
        alpha_prod_t_prev = self.alphas_cumprod[timestep - 1] if timestep > 0 else self.one
        beta_prod_t = 1 - alpha_prod_t
        beta_prod_t = torch.clamp(1 - alpha_prod_t, min=1e-5)  #+
        beta_prod_t_prev = 1 - alpha_prod_t_prev
        x0 = (sample - beta_prod_t**0.5 * model_output) / alpha_prod_t**0.5
        x0_coeff = (alpha_prod_t_prev ** (0.5) * self.betas[timestep]) / beta_prod_t  #*
        xt_coeff = self.alphas[timestep] ** (0.5) * beta_prod_t_prev / beta_prod_t  #*
        return x0_coeff * x0 + xt_coeff * sample
