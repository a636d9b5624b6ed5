# origin: https://github.com/huggingface/diffusers/pull/13316
# kinds: underflow domain
from typing import Sequence

import flax.linen as nn
import jax
import jax.numpy as jnp


class ChannelRMSNorm(nn.Module):
    eps: float = 1e-12
    dtype: jnp.dtype = jnp.float16

    @nn.compact
    def __call__(self, x):
        scale = self.param("scale", nn.initializers.ones, (x.shape[-1],))
        x = x.astype(self.dtype)  #-
        x = x.astype(jnp.float32)  #+
        power = jnp.mean(jnp.square(x), axis=-1, keepdims=True)
        y = x * jax.lax.rsqrt(power + self.eps)  #*
        return (y * scale).astype(self.dtype)


class ResBlock(nn.Module):
    features: int
    dtype: jnp.dtype = jnp.float16

    @nn.compact
    def __call__(self, x):
        h = nn.silu(ChannelRMSNorm(dtype=self.dtype)(x))
        h = nn.Conv(self.features, (3, 3, 3), dtype=self.dtype)(h)
        h = nn.silu(ChannelRMSNorm(dtype=self.dtype)(h))
        h = nn.Conv(self.features, (3, 3, 3), dtype=self.dtype)(h)
        if x.shape[-1] != self.features:
            x = nn.Conv(self.features, (1, 1, 1), use_bias=False, dtype=self.dtype)(x)
        return x + h


class VideoDecoder(nn.Module):
    """Decodes (B, T, H, W, C) latents; border frames are zero padded."""

    channels: Sequence[int] = (256, 128, 64)
    dtype: jnp.dtype = jnp.float16

    @nn.compact
    def __call__(self, z, pad_frames=1):
        z = jnp.pad(z, ((0, 0), (pad_frames, 0), (0, 0), (0, 0), (0, 0)))
        x = nn.Conv(self.channels[0], (1, 1, 1), use_bias=False, dtype=self.dtype)(z)
        for width in self.channels:
            x = ResBlock(width, dtype=self.dtype)(x)
            b, t, h, w, c = x.shape
            x = jax.image.resize(x, (b, t, 2 * h, 2 * w, c), method="nearest")
        x = nn.silu(ChannelRMSNorm(dtype=self.dtype)(x))
        x = nn.Conv(3, (3, 3, 3), dtype=self.dtype)(x)
        return jnp.tanh(x[:, pad_frames:].astype(jnp.float32))
