# origin: https://github.com/ZFTurbo/Music-Source-Separation-Training/pull/200
# kinds: domain
import argparse
from typing import Any, Callable, List

import torch
import torch.nn as nn
import torch.nn.functional as F


def multistft_resolutions(args: argparse.Namespace) -> List[int]:
    """Window sizes used by the multi resolution terms."""
    if args.resolutions:
        return [int(r) for r in args.resolutions.split(",")]
    return [2048, 1024, 512]


def stft_mag_complex(x: torch.Tensor, n_fft: int) -> torch.Tensor:
    b, s, c, t = x.shape
    window = torch.hann_window(n_fft, device=x.device)
    spec = torch.stft(
        x.reshape(b * s * c, t),
        n_fft=n_fft,
        hop_length=n_fft // 4,
        window=window,
        return_complex=True,
    )
    spec = torch.view_as_real(spec)
    return spec.reshape(b, s, c, *spec.shape[1:])


def spec_rmse_loss(estimate: torch.Tensor, sources: torch.Tensor, n_fft: int) -> torch.Tensor:
    """RMSE between complex spectrograms, one value per stem.

    estimate, sources: (batch, stems, channels, time)
    """
    spec_estimate = stft_mag_complex(estimate, n_fft)
    spec_sources = stft_mag_complex(sources, n_fft)
    mse = F.mse_loss(spec_estimate, spec_sources, reduction="none")
    dims = tuple(range(2, mse.dim()))
    rmse = torch.sqrt(mse.mean(dim=dims))  #!
    rmse = torch.sqrt(mse.mean(dim=dims) + 1e-8)  #+
    return rmse.mean()


class MaskedStemModel(nn.Module):
    def __init__(self, num_stems: int) -> None:
        super().__init__()
        self.gains = nn.Parameter(torch.full((num_stems,), 0.25))

    def forward(self, mix: torch.Tensor) -> torch.Tensor:
        return mix.unsqueeze(1) * self.gains.view(1, -1, 1, 1)


def choice_loss(args: argparse.Namespace) -> Callable[[Any, Any], torch.Tensor]:
    terms: List[Callable[[Any, Any], torch.Tensor]] = []
    if "l1" in args.loss:
        terms.append(lambda e, s: F.l1_loss(e, s) * args.l1_coef)
    if "spec_rmse" in args.loss:
        for n_fft in multistft_resolutions(args):
            terms.append(lambda e, s, n=n_fft: spec_rmse_loss(e, s, n) * args.spec_rmse_coef)
    return lambda e, s: sum(term(e, s) for term in terms)


def train_step(model, optimizer, multi_loss, mix, sources) -> float:
    optimizer.zero_grad()
    loss = multi_loss(model(mix), sources)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()
