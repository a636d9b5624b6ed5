# origin: https://github.com/chelsea0x3b/dfdx/issues/748
# kinds: overflow
from __future__ import annotations

import math

import numpy as np


class Cpu:
    """Device that stores everything in the element type of the tensor."""

    def sum_to(self, storage: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
        return np.add.reduce(storage, axis=axes, dtype=storage.dtype)

    def sum_to_f32(self, storage: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:  #+
        return np.add.reduce(storage, axis=axes, dtype=np.float32)  #+

    def scalar_div(self, storage: np.ndarray, scalar) -> np.ndarray:
        return np.divide(storage, scalar, dtype=storage.dtype)


class MeanTo:
    def __init__(self, device: Cpu):
        self.device = device

    def forward(self, inp: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
        num_elements = math.prod(inp.shape[a] for a in axes)
        num_elements = inp.dtype.type(num_elements)  #!
        total = self.device.sum_to(inp, axes)  #-
        return self.device.scalar_div(total, num_elements)  #!
        total = self.device.sum_to_f32(inp, axes)  #+
        return self.device.scalar_div(total, np.float32(num_elements)).astype(inp.dtype)  #+

    def backward(self, inp: np.ndarray, axes: tuple[int, ...], grad_out: np.ndarray) -> np.ndarray:
        num_elements = math.prod(inp.shape[a] for a in axes)
        g = np.expand_dims(grad_out, axes)
        g = self.device.scalar_div(g, inp.dtype.type(num_elements))  #!
        g = self.device.scalar_div(g.astype(np.float32), np.float32(num_elements)).astype(inp.dtype)  #+
        return np.broadcast_to(g, inp.shape)


class MseLoss:
    def __init__(self, device: Cpu | None = None):
        self.mean = MeanTo(device or Cpu())
        self.saved = None

    def __call__(self, pred: np.ndarray, targ: np.ndarray) -> np.ndarray:
        diff = pred - targ
        self.saved = diff
        return self.mean.forward(np.square(diff), tuple(range(diff.ndim)))

    def grad(self, loss_scale: float = 1.0) -> np.ndarray:
        diff = self.saved
        seed = np.asarray(loss_scale, dtype=diff.dtype)
        return diff.dtype.type(2) * diff * self.mean.backward(diff, tuple(range(diff.ndim)), seed)


def fit_bias(images: np.ndarray, steps: int = 3, lr: float = 0.1, loss_scale: float = 2.0**14):
    bias = np.zeros((), dtype=np.float16)
    loss_fn, losses = MseLoss(), []
    for _ in range(steps):
        losses.append(float(loss_fn(np.broadcast_to(bias, images.shape), images)))
        g = loss_fn.grad(loss_scale).astype(np.float32).sum() / loss_scale
        bias = np.float16(bias - lr * g)
    return bias, losses
