# origin: https://github.com/huggingface/diffusers/issues/14213
# kinds: cancellation domain
import math
import torch


def cosine_betas(num_steps, max_beta=0.999):
    def alpha_bar(t):
        return math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2

    betas = [min(1 - alpha_bar((i + 1) / num_steps) / alpha_bar(i / num_steps), max_beta) for i in range(num_steps)]
    return torch.tensor(betas, dtype=torch.float32)


class EulerAncestralScheduler:
    def __init__(self, num_train_timesteps=1000):
        self.num_train_timesteps = num_train_timesteps
        self.alphas_cumprod = torch.cumprod(1.0 - cosine_betas(num_train_timesteps), dim=0)

    def set_timesteps(self, num_inference_steps):
        all_sigmas = ((1 - self.alphas_cumprod) / self.alphas_cumprod) ** 0.5
        index = torch.linspace(0, self.num_train_timesteps - 1, num_inference_steps).flip(0)
        self.timesteps = index.round().long()
        self.sigmas = torch.cat([all_sigmas[self.timesteps], torch.zeros(1)])

    def scale_model_input(self, sample, step_index):
        return sample / (self.sigmas[step_index] ** 2 + 1) ** 0.5

    def step(self, model_output, step_index, sample, generator=None):
        sigma = self.sigmas[step_index]
        pred_original = sample - sigma * model_output

        sigma_from = self.sigmas[step_index]
        sigma_to = self.sigmas[step_index + 1]
        sigma_up = (sigma_to ** 2 * (sigma_from ** 2 - sigma_to ** 2) / sigma_from ** 2) ** 0.5
        sigma_down = (sigma_to ** 2 - sigma_up ** 2) ** 0.5  #!
        sigma_down = sigma_to ** 2 / sigma_from  #+

        derivative = (sample - pred_original) / sigma
        prev_sample = sample + derivative * (sigma_down - sigma)
        noise = torch.randn(sample.shape, generator=generator)
        return prev_sample + noise * sigma_up


@torch.no_grad()
def generate(model, scheduler, shape, steps=8):
    scheduler.set_timesteps(steps)
    sample = torch.randn(shape) * scheduler.sigmas[0]
    for i, t in enumerate(scheduler.timesteps):
        sample = scheduler.step(model(scheduler.scale_model_input(sample, i), t), i, sample)
    return sample
