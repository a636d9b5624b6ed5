# origin: https://github.com/pytorch/audio/issues/3816
# kinds: domain
import torch
from torch import Tensor


def pre_emphasis(waveform: Tensor, coeff: float = 0.97) -> Tensor:
    return torch.cat([waveform[..., :1], waveform[..., 1:] - coeff * waveform[..., :-1]], dim=-1)


def loudness(waveform: Tensor, sample_rate: int):
    r"""Measure audio loudness according to the ITU-R BS.1770-4 recommendation.

    Args:
        waveform(torch.Tensor): audio waveform of dimension `(..., channels, time)`
        sample_rate (int): sampling rate of the waveform

    Returns:
        Tensor: loudness estimates (LKFS)
    """
    if waveform.size(-2) > 5:
        raise ValueError("Only up to 5 channels are supported.")

    gate_duration = 0.4
    overlap = 0.75
    gamma_abs = -70.0
    kweight_bias = -0.691
    gate_samples = int(round(gate_duration * sample_rate))
    step = int(round(gate_samples * (1 - overlap)))

    # Apply K-weighting
    waveform = pre_emphasis(waveform)

    # Compute the energy for each block
    energy = torch.square(waveform).unfold(-1, gate_samples, step)
    energy = torch.mean(energy, dim=-1)

    # Compute channel-weighted summation
    g = torch.tensor([1.0, 1.0, 1.0, 1.41, 1.41], dtype=waveform.dtype, device=waveform.device)
    g = g[: energy.size(-2)]

    energy_weighted = torch.sum(g.unsqueeze(-1) * energy, dim=-2)
    block_loudness = kweight_bias + 10 * torch.log10(energy_weighted + 1e-10)

    # Apply absolute gating of the blocks
    gated_blocks = block_loudness > gamma_abs
    gated_blocks = gated_blocks.unsqueeze(-2)

    energy_filtered = torch.sum(gated_blocks * energy, dim=-1) / torch.count_nonzero(gated_blocks, dim=-1)  #!
    num_blocks = torch.count_nonzero(gated_blocks, dim=-1).clamp(min=1)  #+
    energy_filtered = torch.sum(gated_blocks * energy, dim=-1) / num_blocks  #+
    energy_weighted = torch.sum(g * energy_filtered, dim=-1)
    LKFS = kweight_bias + 10 * torch.log10(energy_weighted + 1e-10)
    return LKFS


def normalize_loudness(batch: Tensor, sample_rate: int, target: float = -23.0) -> Tensor:
    gain_db = target - loudness(batch, sample_rate)
    gain = torch.pow(10.0, gain_db.clamp(-40.0, 40.0) / 20.0)
    return batch * gain[..., None, None]
