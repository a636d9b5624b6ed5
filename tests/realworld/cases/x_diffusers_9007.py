# origin: https://github.com/huggingface/diffusers/issues/9007
# kinds: domain
import torch


class SinglestepSolver:
    """Second order single-step multistep-history solver on a karras sigma ladder."""

    def __init__(self, sigma_min=0.03, sigma_max=14.6, rho=7.0):
        self.sigma_min = sigma_min
        self.sigma_max = sigma_max
        self.rho = rho
        self.model_outputs = []

    def set_timesteps(self, num_inference_steps):
        ramp = torch.linspace(0, 1, num_inference_steps)
        hi, lo = self.sigma_max ** (1 / self.rho), self.sigma_min ** (1 / self.rho)
        sigmas = (hi + ramp * (lo - hi)) ** self.rho
        self.sigmas = torch.cat([sigmas, torch.zeros(1)])
        self.model_outputs = []

    @staticmethod
    def sigma_to_alpha_sigma(sigma):
        alpha_t = 1 / ((sigma ** 2 + 1) ** 0.5)
        return alpha_t, sigma * alpha_t

    def first_order_update(self, i, sample):
        alpha_t, sigma_t = self.sigma_to_alpha_sigma(self.sigmas[i + 1])
        alpha_s, sigma_s = self.sigma_to_alpha_sigma(self.sigmas[i])
        ratio = sigma_t / sigma_s
        return ratio * sample + (alpha_t - ratio * alpha_s) * self.model_outputs[-1]

    def second_order_update(self, i, sample):
        alpha_t, sigma_t = self.sigma_to_alpha_sigma(self.sigmas[i + 1])
        alpha_s0, sigma_s0 = self.sigma_to_alpha_sigma(self.sigmas[i])
        alpha_s1, sigma_s1 = self.sigma_to_alpha_sigma(self.sigmas[i - 1])
        lambda_t = torch.log(alpha_t) - torch.log(sigma_t)  #*
        lambda_s0 = torch.log(alpha_s0) - torch.log(sigma_s0)
        lambda_s1 = torch.log(alpha_s1) - torch.log(sigma_s1)

        m0, m1 = self.model_outputs[-1], self.model_outputs[-2]
        h, h_0 = lambda_t - lambda_s0, lambda_s0 - lambda_s1
        d1 = (h / h_0) * (m0 - m1)  #*
        shrink = alpha_t * torch.expm1(-h)
        return (sigma_t / sigma_s0) * sample - shrink * m0 - 0.5 * shrink * d1

    def step(self, denoised, i, sample):
        self.model_outputs.append(denoised)
        order = 1 if i == 0 else 2  #!
        order = 1 if i == 0 or self.sigmas[i + 1] == 0 else 2  #+
        if order == 1:
            return self.first_order_update(i, sample)
        return self.second_order_update(i, sample)
