# origin: https://github.com/huggingface/diffusers/pull/4505
# kinds: domain
import argparse

import torch
import torch.nn.functional as F


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--snr_gamma", type=float, default=5.0)
    parser.add_argument("--learning_rate", type=float, default=1e-4)
    return parser.parse_args()


def compute_snr(noise_scheduler, timesteps):
    alphas_cumprod = noise_scheduler.alphas_cumprod
    sqrt_alphas_cumprod = alphas_cumprod**0.5
    sqrt_one_minus_alphas_cumprod = (1.0 - alphas_cumprod) ** 0.5
    alpha = sqrt_alphas_cumprod.to(timesteps.device)[timesteps].float()
    sigma = sqrt_one_minus_alphas_cumprod.to(timesteps.device)[timesteps].float()
    return (alpha / sigma) ** 2


def main(args, unet, noise_scheduler, dataloader, optimizer):
    for step, batch in enumerate(dataloader):
        noise = torch.randn_like(batch["latents"])
        timesteps = torch.randint(0, noise_scheduler.config.num_train_timesteps, (len(noise),))
        noisy = noise_scheduler.add_noise(batch["latents"], noise, timesteps)
        model_pred = unet(noisy, timesteps, batch["encoder_hidden_states"]).sample
        snr = compute_snr(noise_scheduler, timesteps)
        mse_loss_weights = torch.stack([snr, args.snr_gamma * torch.ones_like(timesteps)], dim=1).min(dim=1)[0]
        mse_loss_weights = mse_loss_weights / snr  #!
        mse_loss_weights = mse_loss_weights / snr.clamp(min=1e-8)  #+
        loss = F.mse_loss(model_pred.float(), noise.float(), reduction="none")
        loss = (loss.mean(dim=list(range(1, len(loss.shape)))) * mse_loss_weights).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
