"""Everything in float64: weights, buffers and every operation. What is finite now failed for want of a wider format."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable

import torch

from numsan.watch import hooks
from numsan.watch.factors.setting import Setting
from numsan.watch.twin import Float64Twin

_NARROW = (torch.float16, torch.bfloat16, torch.float32)


@contextlib.contextmanager
def in_float64(setting: Setting) -> Generator[None]:
    """Compiled code runs eagerly: a graph is not made of the operations that the twin sees."""
    setting.touched += 1
    with hooks.eager_stance(), Float64Twin():
        yield


@contextlib.contextmanager
def widened(tensors: Iterable[torch.Tensor]) -> Generator[None]:
    """Weights that are there already, in float64 and without their old gradients' format, for a while."""
    kept = [(t, t.data, t.grad) for t in tensors if t.dtype in _NARROW and hooks.ordinary(t)]
    try:
        for tensor, data, grad in kept:
            tensor.grad = None
            tensor.data = data.double()
            tensor.grad = None if grad is None else grad.double()
        yield
    finally:
        for tensor, data, grad in kept:
            tensor.grad = None
            tensor.data = data
            tensor.grad = grad
