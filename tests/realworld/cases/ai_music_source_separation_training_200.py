# origin: https://github.com/ZFTurbo/Music-Source-Separation-Training/pull/200
# kinds: domain
import argparse
from typing import Callable, Dict

import torch
import torch.nn.functional as F


def spec_rmse_loss(estimate: torch.Tensor, sources: torch.Tensor, stft_config: Dict) -> torch.Tensor:
    """RMSE of the complex spectrograms, inputs are (batch, stems, channels, time)."""
    _, _, _, lenc = estimate.shape
    window = torch.hann_window(stft_config["win_length"], device=estimate.device)
    spec_estimate = estimate.reshape(-1, lenc)
    spec_sources = sources.reshape(-1, lenc)

    spec_estimate = torch.stft(spec_estimate, window=window, **stft_config, return_complex=True)
    spec_sources = torch.stft(spec_sources, window=window, **stft_config, return_complex=True)

    spec_estimate = torch.view_as_real(spec_estimate)
    spec_sources = torch.view_as_real(spec_sources)

    new_shape = estimate.shape[:-1] + spec_estimate.shape[-3:]
    spec_estimate = spec_estimate.view(*new_shape)
    spec_sources = spec_sources.view(*new_shape)

    loss = F.mse_loss(spec_estimate, spec_sources, reduction="none")
    dims = tuple(range(2, loss.dim()))
    loss = loss.mean(dims).sqrt().mean(dim=(0, 1))  #!
    loss = (loss.mean(dims) + 1e-8).sqrt().mean(dim=(0, 1))  #+
    return loss


def masked_loss(y_: torch.Tensor, y: torch.Tensor, q: float, coarse: bool = True) -> torch.Tensor:
    loss = F.mse_loss(y_, y, reduction="none").transpose(0, 1)
    if coarse:
        loss = loss.mean(dim=(-1, -2))
    loss = loss.reshape(loss.shape[0], -1)
    quantile = torch.quantile(loss.detach(), q, interpolation="linear", dim=1, keepdim=True)
    mask = loss < quantile
    return (loss * mask).mean()


def choice_loss(args: argparse.Namespace, config: Dict) -> Callable:
    """Builds the weighted sum of the losses named in args.loss."""
    terms = []
    if "masked_loss" in args.loss:
        q = config["training"]["q"]
        terms.append(lambda y_pred, y_true: masked_loss(y_pred, y_true, q=q) * args.masked_loss_coef)
    if "mse_loss" in args.loss:
        terms.append(lambda y_pred, y_true: F.mse_loss(y_pred, y_true) * args.mse_loss_coef)
    if "l1_loss" in args.loss:
        terms.append(lambda y_pred, y_true: F.l1_loss(y_pred, y_true) * args.l1_loss_coef)
    if "spec_rmse_loss" in args.loss:
        stft_config = {
            "n_fft": config["model"].get("nfft", 4096),
            "hop_length": config["model"].get("hop_size", 1024),
            "win_length": config["model"].get("win_size", 4096),
            "center": True,
            "normalized": config["model"].get("normalized", True),
        }
        terms.append(lambda y_pred, y_true: spec_rmse_loss(y_pred, y_true, stft_config) * args.spec_rmse_loss_coef)
    return lambda y_pred, y_true: sum(term(y_pred, y_true) for term in terms)
