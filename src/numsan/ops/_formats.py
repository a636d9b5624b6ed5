"""The format an operation computes in."""

from __future__ import annotations

import torch
from torch import Tensor

WIDE = {torch.float16: torch.float32, torch.bfloat16: torch.float32}


def wide(x: Tensor) -> Tensor:
    """The tensor in the format we compute in: float32 for half formats, else as it is."""
    return x.to(WIDE.get(x.dtype, x.dtype))


def accumulator(x: Tensor) -> torch.dtype:
    """The format reductions accumulate in: float64, or float32 on the one device that has no float64."""
    return torch.float32 if x.device.type == "mps" else torch.float64
