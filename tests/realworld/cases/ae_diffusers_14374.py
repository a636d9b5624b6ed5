# origin: https://github.com/huggingface/diffusers/pull/14374
# kinds: domain
import numpy as np
import torch


class KDPM2DiscreteScheduler:
    """Scheduler inspired by DPM-Solver-2 and Algorithm 2 of Karras et al. (2022)."""

    order = 2

    def __init__(self, num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012):
        self.num_train_timesteps = num_train_timesteps
        self.betas = torch.linspace(beta_start**0.5, beta_end**0.5, num_train_timesteps, dtype=torch.float32) ** 2
        self.alphas = 1.0 - self.betas
        self.alphas_cumprod = torch.cumprod(self.alphas, dim=0)

    def sigma_to_t(self, sigma, log_sigmas):
        log_sigma = np.log(np.maximum(sigma, 1e-10))
        dists = log_sigma - log_sigmas[:, np.newaxis]
        low_idx = np.cumsum((dists >= 0), axis=0).argmax(axis=0).clip(max=log_sigmas.shape[0] - 2)
        high_idx = low_idx + 1
        low, high = log_sigmas[low_idx], log_sigmas[high_idx]
        w = np.clip((low - log_sigma) / (low - high), 0, 1)
        return (1 - w) * low_idx + w * high_idx

    def set_timesteps(self, num_inference_steps, device=None):
        timesteps = np.linspace(0, self.num_train_timesteps - 1, num_inference_steps, dtype=np.float32)[::-1].copy()
        sigmas = np.array(((1 - self.alphas_cumprod) / self.alphas_cumprod) ** 0.5)
        log_sigmas = np.log(sigmas)
        sigmas = np.interp(timesteps, np.arange(0, len(sigmas)), sigmas)
        sigmas = np.concatenate([sigmas, [0.0]]).astype(np.float32)
        sigmas = torch.from_numpy(sigmas).to(device=device)

        # interpolate sigmas
        sigmas_interpol = sigmas.log().lerp(sigmas.roll(1).log(), 0.5).exp()  #!
        sigmas_interpol = (sigmas * sigmas.roll(1)).sqrt()  #+

        self.sigmas = torch.cat([sigmas[:1], sigmas[1:].repeat_interleave(2), sigmas[-1:]])
        self.sigmas_interpol = torch.cat(
            [sigmas_interpol[:1], sigmas_interpol[1:].repeat_interleave(2), sigmas_interpol[-1:]]
        )
        timesteps = torch.from_numpy(timesteps).to(device)
        timesteps_interpol = torch.from_numpy(self.sigma_to_t(sigmas_interpol.cpu().numpy(), log_sigmas))
        interleaved = torch.stack((timesteps_interpol[1:-1, None], timesteps[1:, None]), dim=-1).flatten()
        self.timesteps = torch.cat([timesteps[:1], interleaved])
        self.sample = None
        self._step_index = 0

    def step(self, model_output, sample):
        i = self._step_index
        first = self.sample is None
        sigma = self.sigmas[i] if first else self.sigmas[i - 1]
        sigma_interpol = self.sigmas_interpol[i + 1] if first else self.sigmas_interpol[i]
        sigma_next = self.sigmas[i + 1] if first else self.sigmas[i]
        sigma_input = sigma if first else sigma_interpol
        pred_original_sample = sample - sigma_input * model_output
        if first:
            derivative, dt = (sample - pred_original_sample) / sigma, sigma_interpol - sigma
            self.sample = sample
        else:
            derivative, dt = (sample - pred_original_sample) / sigma_interpol, sigma_next - sigma
            sample, self.sample = self.sample, None
        self._step_index += 1
        return sample + derivative * dt
