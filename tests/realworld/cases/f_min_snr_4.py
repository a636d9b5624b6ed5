# origin: https://github.com/TiankaiHang/Min-SNR-Diffusion-Training/pull/4
# kinds: domain
import numpy as np
import torch as th


def enforce_zero_terminal_snr(betas):
    alphas_bar_sqrt = np.sqrt(np.cumprod(1 - betas, axis=0))
    first, last = alphas_bar_sqrt[0], alphas_bar_sqrt[-1]
    alphas_bar_sqrt = (alphas_bar_sqrt - last) * first / (first - last)
    alphas_bar = alphas_bar_sqrt**2
    alphas = np.concatenate([alphas_bar[:1], alphas_bar[1:] / alphas_bar[:-1]])
    return 1 - alphas


def _extract_into_tensor(arr, timesteps, broadcast_shape):
    res = th.from_numpy(arr).to(device=timesteps.device)[timesteps].float()
    while len(res.shape) < len(broadcast_shape):
        res = res[..., None]
    return res.expand(broadcast_shape)


class GaussianDiffusion:
    def __init__(self, *, betas, mse_loss_weight_type="min_snr_5"):
        self.mse_loss_weight_type = mse_loss_weight_type
        betas = enforce_zero_terminal_snr(np.array(betas, dtype=np.float64))
        self.alphas_cumprod = np.cumprod(1.0 - betas, axis=0)
        self.sqrt_alphas_cumprod = np.sqrt(self.alphas_cumprod)
        self.sqrt_one_minus_alphas_cumprod = np.sqrt(1.0 - self.alphas_cumprod)

    def mse_loss_weight(self, t):
        alpha = _extract_into_tensor(self.sqrt_alphas_cumprod, t, t.shape)
        sigma = _extract_into_tensor(self.sqrt_one_minus_alphas_cumprod, t, t.shape)
        snr = (alpha / sigma) ** 2
        k = float(self.mse_loss_weight_type.split("min_snr_")[-1])
        weight = th.stack([snr, k * th.ones_like(t)], dim=1).min(dim=1)[0] / snr  #!
        weight = th.stack([snr, k * th.ones_like(t)], dim=1).min(dim=1)[0] / snr.clamp(min=1e-8)  #+
        return weight

    def training_losses(self, model, x_start, t, noise):
        x_t = (
            _extract_into_tensor(self.sqrt_alphas_cumprod, t, x_start.shape) * x_start
            + _extract_into_tensor(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape) * noise
        )
        mse = ((noise - model(x_t, t)) ** 2).mean(dim=list(range(1, x_start.dim())))
        return {"mse": mse, "loss": self.mse_loss_weight(t) * mse}
