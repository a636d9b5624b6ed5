# origin: https://github.com/huggingface/diffusers/issues/14411
# kinds: domain
import math
from types import SimpleNamespace

import numpy as np
import torch


class FlowMatchEulerScheduler:
    order = 1

    def __init__(self, num_train_timesteps=1000, shift=1.0, shift_terminal=0.1):
        self.config = SimpleNamespace(num_train_timesteps=num_train_timesteps, shift=shift, shift_terminal=shift_terminal)
        self.sigmas = None
        self.timesteps = None

    def time_shift(self, mu, sigma, t):
        return math.exp(mu) / (math.exp(mu) + (1 / t - 1) ** sigma)

    def stretch_shift_to_terminal(self, t):
        one_minus_z = 1 - t
        scale_factor = one_minus_z[-1] / (1 - self.config.shift_terminal)
        stretched_t = 1 - (one_minus_z / scale_factor)  #*
        return stretched_t

    def set_timesteps(self, num_inference_steps, device=None, mu=1.0):
        sigmas = np.linspace(1.0, 1 / num_inference_steps, num_inference_steps)
        sigmas = self.time_shift(mu, 1.0, sigmas)
        if self.config.shift_terminal:  #-
        if self.config.shift_terminal and len(sigmas) > 1:  #+
            sigmas = self.stretch_shift_to_terminal(sigmas)
        sigmas = torch.from_numpy(sigmas).to(dtype=torch.float32, device=device)
        self.timesteps = sigmas * self.config.num_train_timesteps
        self.sigmas = torch.cat([sigmas, torch.zeros(1, device=sigmas.device)])

    def step(self, model_output, i, sample):
        sigma, sigma_next = self.sigmas[i], self.sigmas[i + 1]
        return sample + (sigma_next - sigma) * model_output


def run_timed_pipe(transformer, latents, num_inference_steps=1):
    scheduler = FlowMatchEulerScheduler()
    scheduler.set_timesteps(num_inference_steps, device=latents.device)
    for i, t in enumerate(scheduler.timesteps):
        latents = scheduler.step(transformer(latents, t), i, latents)
    return latents
