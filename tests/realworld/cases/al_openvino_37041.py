# origin: https://github.com/openvinotoolkit/openvino/pull/37041
# kinds: overflow
from dataclasses import dataclass, field
from typing import Dict, List

import numpy as np

HALF_MAX = float(np.finfo(np.float16).max)


def rms_norm(x: np.ndarray, weight: np.ndarray, eps: float = 1e-6) -> np.ndarray:
    x32 = x.astype(np.float32)
    inv = 1.0 / np.sqrt(np.mean(x32 * x32, axis=-1, keepdims=True) + eps)
    return (x32 * inv * weight.astype(np.float32)).astype(x.dtype)


def fully_connected(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """FC primitive: accumulates in f32 and stores in the tensor's own type."""
    acc = x.astype(np.float32) @ w.astype(np.float32)
    return acc.astype(x.dtype)


def saturated(acc: np.ndarray, dtype=np.float16) -> np.ndarray:  #+
    return np.clip(acc, -HALF_MAX, HALF_MAX).astype(dtype)  #+


@dataclass
class EncoderBlock:
    params: Dict[str, np.ndarray]

    def feed_forward(self, x: np.ndarray) -> np.ndarray:
        h = fully_connected(x, self.params["wi"])
        h = np.maximum(h, 0)
        return fully_connected(h, self.params["wo"])  #!
        wide = h.astype(np.float32) @ self.params["wo"].astype(np.float32)  #+
        return saturated(wide)  #+

    def run(self, hidden: np.ndarray) -> np.ndarray:
        normed = rms_norm(hidden, self.params["layer_norm"])
        update = self.feed_forward(normed)
        return hidden + update  #!
        return saturated(hidden.astype(np.float32) + update.astype(np.float32))  #+


@dataclass
class TextEncoder:
    """Text encoder of the video pipeline in f16 inference precision."""

    embedding: np.ndarray
    final_norm: np.ndarray
    blocks: List[EncoderBlock] = field(default_factory=list)

    @classmethod
    def from_weights(cls, weights: Dict[str, np.ndarray], num_layers: int) -> "TextEncoder":
        w = {k: v.astype(np.float16) for k, v in weights.items()}
        blocks = []
        for i in range(num_layers):
            prefix = f"block.{i}."
            blocks.append(EncoderBlock({k[len(prefix):]: v for k, v in w.items() if k.startswith(prefix)}))
        return cls(w["shared"], w["final_layer_norm"], blocks)

    def encode(self, token_ids: np.ndarray) -> np.ndarray:
        hidden = self.embedding[token_ids]
        for block in self.blocks:
            hidden = block.run(hidden)
        return rms_norm(hidden, self.final_norm)
