# origin: https://github.com/huggingface/diffusers/issues/14569
# kinds: domain
import torch


class DDPMScheduler:
    def __init__(self, num_train_timesteps=1000, beta_start=0.0001, beta_end=0.02,
                 variance_type="fixed_large_log", clip_sample=True):
        self.num_train_timesteps = num_train_timesteps
        self.variance_type = variance_type
        self.clip_sample = clip_sample
        self.betas = torch.linspace(beta_start, beta_end, num_train_timesteps, dtype=torch.float32)
        self.alphas = 1.0 - self.betas
        self.alphas_cumprod = torch.cumprod(self.alphas, dim=0)
        self.one = torch.tensor(1.0)

    def _get_variance(self, t):
        alpha_prod_t = self.alphas_cumprod[t]
        alpha_prod_t_prev = self.alphas_cumprod[t - 1] if t > 0 else self.one
        current_beta_t = 1 - alpha_prod_t / alpha_prod_t_prev

        variance = (1 - alpha_prod_t_prev) / (1 - alpha_prod_t) * current_beta_t
        variance = torch.clamp(variance, min=1e-20)

        if self.variance_type == "fixed_small_log":
            variance = torch.exp(0.5 * torch.log(variance))
        elif self.variance_type == "fixed_large":
            variance = current_beta_t
        elif self.variance_type == "fixed_large_log":
            variance = torch.log(current_beta_t)
        return variance

    def step(self, model_output, t, sample, generator=None):
        alpha_prod_t = self.alphas_cumprod[t]
        alpha_prod_t_prev = self.alphas_cumprod[t - 1] if t > 0 else self.one
        beta_prod_t = 1 - alpha_prod_t
        current_alpha_t = alpha_prod_t / alpha_prod_t_prev
        current_beta_t = 1 - current_alpha_t

        pred_original_sample = (sample - beta_prod_t ** 0.5 * model_output) / alpha_prod_t ** 0.5
        if self.clip_sample:
            pred_original_sample = pred_original_sample.clamp(-1, 1)

        pred_original_sample_coeff = (alpha_prod_t_prev ** 0.5 * current_beta_t) / beta_prod_t
        current_sample_coeff = current_alpha_t ** 0.5 * (1 - alpha_prod_t_prev) / beta_prod_t
        pred_prev_sample = pred_original_sample_coeff * pred_original_sample + current_sample_coeff * sample

        variance = 0
        if t > 0:
            variance_noise = torch.randn(model_output.shape, generator=generator)
            if self.variance_type == "fixed_small_log":
                variance = self._get_variance(t) * variance_noise
            elif self.variance_type == "fixed_large_log":  #+
                variance = torch.exp(0.5 * self._get_variance(t)) * variance_noise  #+
            else:
                variance = (self._get_variance(t) ** 0.5) * variance_noise  #*
        return pred_prev_sample + variance


def sample_images(model, shape, scheduler, stride=20, generator=None):
    image = torch.randn(shape, generator=generator)
    for t in reversed(range(0, scheduler.num_train_timesteps, stride)):
        with torch.no_grad():
            noise = model(image, t)
        image = scheduler.step(noise, t, image, generator=generator)
    return image
