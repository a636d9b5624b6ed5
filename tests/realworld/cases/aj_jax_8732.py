# origin: https://github.com/jax-ml/jax/issues/8732
# kinds: domain
import torch
import torch.nn as nn


class SymmetricLog(torch.autograd.Function):
    """Matrix logarithm of symmetric positive definite matrices with a closed-form backward."""

    @staticmethod
    def forward(ctx, cov):
        lam, vec = torch.linalg.eigh(cov)
        lam = lam.clamp_min(1e-6)
        log_lam = lam.log()
        ctx.save_for_backward(lam, log_lam, vec)
        return vec @ torch.diag_embed(log_lam) @ vec.transpose(-1, -2)

    @staticmethod
    def backward(ctx, grad):
        lam, log_lam, vec = ctx.saved_tensors
        gap = lam.unsqueeze(-1) - lam.unsqueeze(-2)
        rise = log_lam.unsqueeze(-1) - log_lam.unsqueeze(-2)
        loewner = rise / gap  #!
        loewner.diagonal(dim1=-2, dim2=-1).copy_(1.0 / lam)  #-
        centre = 0.5 * (lam.unsqueeze(-1) + lam.unsqueeze(-2))  #+
        close = gap.abs() < 1e-3 * centre  #+
        safe_gap = torch.where(close, torch.ones_like(gap), gap)  #+
        loewner = torch.where(close, 1.0 / centre, rise / safe_gap)  #+
        sym = 0.5 * (grad + grad.transpose(-1, -2))
        inner = vec.transpose(-1, -2) @ sym @ vec
        return vec @ (loewner * inner) @ vec.transpose(-1, -2)


class CovariancePooling(nn.Module):
    """EEG epochs (batch, channels, time) -> tangent space vector of the channel covariance."""

    def __init__(self, n_channels, shrinkage=0.1):
        super().__init__()
        self.shrinkage = shrinkage
        self.mix = nn.Linear(n_channels, n_channels, bias=False)
        i, j = torch.triu_indices(n_channels, n_channels)
        self.register_buffer("rows", i)
        self.register_buffer("cols", j)

    def covariance(self, x):
        x = x - x.mean(dim=-1, keepdim=True)
        cov = x @ x.transpose(-1, -2) / (x.shape[-1] - 1)
        eye = torch.eye(cov.shape[-1], device=cov.device, dtype=cov.dtype)
        return (1 - self.shrinkage) * cov + self.shrinkage * eye

    def forward(self, x):
        x = self.mix(x.transpose(1, 2)).transpose(1, 2)
        log_cov = SymmetricLog.apply(self.covariance(x))
        return log_cov[..., self.rows, self.cols]
