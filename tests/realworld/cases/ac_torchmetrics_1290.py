# origin: https://github.com/Lightning-AI/torchmetrics/issues/1290
# kinds: loss-scale precision cancellation underflow
import torch
import torch.nn.functional as F
from torch import Tensor


def _gaussian(kernel_size: int, sigma: float, dtype: torch.dtype, device) -> Tensor:
    dist = torch.arange(start=(1 - kernel_size) / 2, end=(1 + kernel_size) / 2, step=1, dtype=dtype, device=device)
    gauss = torch.exp(-torch.pow(dist / sigma, 2) / 2)
    return (gauss / gauss.sum()).unsqueeze(dim=0)


def _gaussian_kernel_2d(channel: int, kernel_size: int, sigma: float, dtype: torch.dtype, device) -> Tensor:
    kernel_x = _gaussian(kernel_size, sigma, dtype, device)
    kernel = torch.matmul(kernel_x.t(), kernel_x)
    return kernel.expand(channel, 1, kernel_size, kernel_size)


def _ssim_update(preds: Tensor, target: Tensor, sigma: float = 1.5, kernel_size: int = 11, data_range: float = 1.0,
                 k1: float = 0.01, k2: float = 0.03) -> Tensor:
    preds, target = preds.float(), target.float()  #+
    c1 = pow(k1 * data_range, 2)
    c2 = pow(k2 * data_range, 2)

    channel = preds.size(1)
    pad = (kernel_size - 1) // 2
    preds = F.pad(preds, (pad, pad, pad, pad), mode="reflect")
    target = F.pad(target, (pad, pad, pad, pad), mode="reflect")
    kernel = _gaussian_kernel_2d(channel, kernel_size, sigma, preds.dtype, preds.device)

    input_list = torch.cat((preds, target, preds * preds, target * target, preds * target))  # (5 * B, C, H, W)
    outputs = F.conv2d(input_list, kernel, groups=channel)
    output_list = outputs.split(preds.shape[0])

    mu_pred_sq = output_list[0].pow(2)
    mu_target_sq = output_list[1].pow(2)
    mu_pred_target = output_list[0] * output_list[1]

    sigma_pred_sq = output_list[2] - mu_pred_sq  #*
    sigma_target_sq = output_list[3] - mu_target_sq  #*
    sigma_pred_target = output_list[4] - mu_pred_target  #*

    upper = 2 * sigma_pred_target + c2
    lower = sigma_pred_sq + sigma_target_sq + c2
    ssim_idx = ((2 * mu_pred_target + c1) * upper) / ((mu_pred_sq + mu_target_sq + c1) * lower)  #*
    return ssim_idx[..., pad:-pad, pad:-pad].reshape(ssim_idx.shape[0], -1).mean(-1)


@torch.no_grad()
def validate(model, loader, device="cuda"):
    scores = []
    model = model.half()
    for noisy, clean in loader:
        restored = model(noisy.to(device).half())
        scores.append(_ssim_update(restored, clean.to(device).half()))
    return torch.cat(scores).mean()
