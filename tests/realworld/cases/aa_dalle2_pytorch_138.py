# origin: https://github.com/lucidrains/DALLE2-pytorch/issues/138
# kinds: overflow domain
import math
import torch
import torch.nn as nn
import torch.nn.functional as F

NAT = 1.0 / math.log(2.0)


def meanflat(x):
    return x.mean(dim=tuple(range(1, x.ndim)))


def normal_kl(mean1, logvar1, mean2, logvar2):
    return 0.5 * (-1.0 + logvar2 - logvar1 + torch.exp(logvar1 - logvar2)  #*
                  + ((mean1 - mean2) ** 2) * torch.exp(-logvar2))  #*


def extract(a, t, x_shape):
    b, *_ = t.shape
    return a.gather(-1, t).reshape(b, *((1,) * (len(x_shape) - 1)))


class Decoder(nn.Module):
    """Image decoder with a learned posterior variance."""

    def __init__(self, unet, timesteps=1000, vb_loss_weight=0.001):
        super().__init__()
        self.unet = unet
        self.vb_loss_weight = vb_loss_weight
        betas = torch.linspace(1e-4, 0.02, timesteps, dtype=torch.float64)
        alphas = 1.0 - betas
        alphas_cumprod = torch.cumprod(alphas, dim=0)
        alphas_cumprod_prev = F.pad(alphas_cumprod[:-1], (1, 0), value=1.0)
        variance = betas * (1.0 - alphas_cumprod_prev) / (1.0 - alphas_cumprod)
        variance[0] = variance[1]  #+
        reg = lambda name, val: self.register_buffer(name, val.float())
        reg("betas", betas)
        reg("sqrt_alphas_cumprod", alphas_cumprod.sqrt())
        reg("sqrt_one_minus_alphas_cumprod", (1.0 - alphas_cumprod).sqrt())
        reg("posterior_log_variance_clipped", torch.log(variance.clamp(min=1e-20)))
        reg("posterior_mean_coef1", betas * alphas_cumprod_prev.sqrt() / (1.0 - alphas_cumprod))
        reg("posterior_mean_coef2", (1.0 - alphas_cumprod_prev) * alphas.sqrt() / (1.0 - alphas_cumprod))

    def q_posterior(self, x_start, x_t, t):
        mean = (extract(self.posterior_mean_coef1, t, x_t.shape) * x_start
                + extract(self.posterior_mean_coef2, t, x_t.shape) * x_t)
        return mean, extract(self.posterior_log_variance_clipped, t, x_t.shape)

    def p_losses(self, x_start, t, noise=None):
        noise = torch.randn_like(x_start) if noise is None else noise
        x_noisy = (extract(self.sqrt_alphas_cumprod, t, x_start.shape) * x_start
                   + extract(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape) * noise)
        pred, var_interp_frac = self.unet(x_noisy, t).chunk(2, dim=1)
        loss = F.mse_loss(pred, noise)

        true_mean, true_logvar = self.q_posterior(x_start, x_noisy, t)
        min_log = extract(self.posterior_log_variance_clipped, t, x_noisy.shape)
        max_log = extract(torch.log(self.betas), t, x_noisy.shape)
        frac = (var_interp_frac + 1) * 0.5  #-
        frac = var_interp_frac.sigmoid()  #+
        model_logvar = frac * max_log + (1 - frac) * min_log

        x0 = (x_noisy - extract(self.sqrt_one_minus_alphas_cumprod, t, x_noisy.shape) * pred.detach()) \
            / extract(self.sqrt_alphas_cumprod, t, x_noisy.shape)
        model_mean, _ = self.q_posterior(x0.clamp(-1, 1), x_noisy, t)
        kl = normal_kl(true_mean, true_logvar, model_mean, model_logvar)
        vb_loss = (meanflat(kl) * NAT).mean()
        return loss + vb_loss * self.vb_loss_weight
