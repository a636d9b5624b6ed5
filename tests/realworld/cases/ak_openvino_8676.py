# origin: https://github.com/openvinotoolkit/openvino/pull/8676
# kinds: underflow domain
from dataclasses import dataclass

import torch


@dataclass
class QuantConfig:
    bits: int = 4
    group: int = 64
    dtype: torch.dtype = torch.float16


class QuantizedKVCache:
    """Keeps keys and values as grouped asymmetric integers."""

    def __init__(self, cfg: QuantConfig):
        self.cfg = cfg
        self.blocks = []

    @property
    def levels(self):
        return 2 ** self.cfg.bits - 1

    def _quantize(self, x):
        x = x.to(self.cfg.dtype)
        groups = x.unflatten(-1, (-1, self.cfg.group))
        lo = groups.amin(-1, keepdim=True)
        hi = groups.amax(-1, keepdim=True)
        step = (hi - lo) / self.levels
        q = torch.round((groups - lo) / (step + 1e-8))  #!
        q = torch.round((groups - lo) / step.clamp(min=torch.finfo(step.dtype).tiny))  #+
        return q.clamp(0, self.levels), step, lo

    def _dequantize(self, packed):
        q, step, lo = packed
        return (q * step + lo).flatten(-2)

    def append(self, key, value):
        self.blocks.append((self._quantize(key), self._quantize(value)))

    def read(self):
        keys = torch.cat([self._dequantize(k) for k, _ in self.blocks], dim=-2)
        values = torch.cat([self._dequantize(v) for _, v in self.blocks], dim=-2)
        return keys, values


def attend(query, cache):
    keys, values = cache.read()
    scale = query.shape[-1] ** -0.5
    scores = (query.float() @ keys.float().transpose(-1, -2)) * scale
    return (scores.softmax(-1) @ values.float()).to(query.dtype)
