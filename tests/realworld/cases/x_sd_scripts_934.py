# origin: https://github.com/kohya-ss/sd-scripts/pull/934
# kinds: domain
import torch
import torch.nn.functional as F


def rescale_zero_terminal_snr(betas):
    alphas_bar_sqrt = torch.cumprod(1.0 - betas, dim=0).sqrt()
    first, last = alphas_bar_sqrt[0].clone(), alphas_bar_sqrt[-1].clone()
    alphas_bar_sqrt = (alphas_bar_sqrt - last) * first / (first - last)
    return alphas_bar_sqrt ** 2


class NoiseSchedule:
    def __init__(self, num_steps=1000, beta_start=0.00085, beta_end=0.012, device="cpu"):
        betas = torch.linspace(beta_start ** 0.5, beta_end ** 0.5, num_steps) ** 2
        self.num_steps = num_steps
        self.alphas_cumprod = rescale_zero_terminal_snr(betas).to(device)
        self.all_snr = self.alphas_cumprod / (1.0 - self.alphas_cumprod)

    def add_noise(self, latents, noise, timesteps):
        a = self.alphas_cumprod[timesteps].view(-1, 1, 1, 1)
        return a.sqrt() * latents + (1 - a).sqrt() * noise

    def velocity(self, latents, noise, timesteps):
        a = self.alphas_cumprod[timesteps].view(-1, 1, 1, 1)
        return a.sqrt() * noise - (1 - a).sqrt() * latents


def apply_snr_weight(loss, timesteps, schedule, gamma=5.0):
    snr = schedule.all_snr[timesteps]
    snr_weight = torch.minimum(snr, torch.full_like(snr, gamma)) / snr  #!
    loss = loss * snr_weight  #-
    loss = loss * snr / (snr + 1)  #-
    loss = loss * torch.minimum(snr, torch.full_like(snr, gamma)) / (snr + 1)  #+
    return loss


def training_loss(unet, schedule, latents, context, gamma=5.0):
    noise = torch.randn_like(latents)
    timesteps = torch.randint(0, schedule.num_steps, (latents.shape[0],), device=latents.device)
    noisy = schedule.add_noise(latents, noise, timesteps)
    pred = unet(noisy, timesteps, context)
    target = schedule.velocity(latents, noise, timesteps)
    loss = F.mse_loss(pred.float(), target.float(), reduction="none").mean([1, 2, 3])
    return apply_snr_weight(loss, timesteps, schedule, gamma).mean()
