# origin: https://github.com/huggingface/diffusers/issues/9007
# kinds: domain
import torch


class DPMSolverSinglestepScheduler:
    def __init__(self, num_train_timesteps=1000, solver_order=3, final_sigmas_type="zero", lower_order_final=True):
        self.betas = torch.linspace(0.0001, 0.02, num_train_timesteps)
        self.alphas_cumprod = torch.cumprod(1.0 - self.betas, dim=0)
        self.solver_order = solver_order
        self.final_sigmas_type = final_sigmas_type
        self.lower_order_final = lower_order_final
        self.step_index = 0
        self.model_outputs = [None] * solver_order

    def set_timesteps(self, num_inference_steps, device=None):
        ts = torch.linspace(999, 0, num_inference_steps).long()
        sigmas = ((1 - self.alphas_cumprod[ts]) / self.alphas_cumprod[ts]) ** 0.5
        sigma_last = torch.zeros(1)
        self.sigmas = torch.cat([sigmas, sigma_last]).to(device)
        self.timesteps = ts

    def _sigma_to_alpha_sigma_t(self, sigma):
        alpha_t = 1 / ((sigma**2 + 1) ** 0.5)
        return alpha_t, sigma * alpha_t

    def second_order_update(self, model_output_list, sample):
        sigma_t, sigma_s0, sigma_s1 = (
            self.sigmas[self.step_index + 1],
            self.sigmas[self.step_index],
            self.sigmas[self.step_index - 1],
        )
        alpha_t, sigma_t = self._sigma_to_alpha_sigma_t(sigma_t)
        alpha_s0, sigma_s0 = self._sigma_to_alpha_sigma_t(sigma_s0)
        alpha_s1, sigma_s1 = self._sigma_to_alpha_sigma_t(sigma_s1)
        sigma_t = sigma_t.clamp(min=1e-8)  #+
        lambda_t = torch.log(alpha_t) - torch.log(sigma_t)  #*
        lambda_s1 = torch.log(alpha_s1) - torch.log(sigma_s1)
        m0, m1 = model_output_list[-1], model_output_list[-2]
        h = lambda_t - lambda_s1
        return (sigma_t / sigma_s1) * sample - (alpha_t * (torch.exp(-h) - 1.0)) * m1 + 0.5 * (m0 - m1)

    def step(self, model_output, timestep, sample):
        self.model_outputs = [*self.model_outputs[1:], model_output]
        if self.step_index > 0:
            sample = self.second_order_update(self.model_outputs, sample)
        self.step_index += 1
        return sample
