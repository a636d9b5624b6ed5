# origin: https://github.com/EleutherAI/gpt-neox/issues/1003
# kinds: precision
import math
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp


class FourierTimeEmbed(nn.Module):
    """Sinusoidal embedding of the diffusion step followed by an MLP."""

    dim: int
    max_period: float = 10000.0
    dtype: Any = jnp.bfloat16

    @nn.compact
    def __call__(self, timesteps):
        half = self.dim // 2
        exponent = -math.log(self.max_period) / half * jnp.arange(half)
        freqs = jnp.exp(exponent).astype(self.dtype)  #-
        args = timesteps.astype(self.dtype)[:, None] * freqs[None, :]  #!
        freqs = jnp.exp(exponent)  #+
        args = timesteps.astype(jnp.float32)[:, None] * freqs[None, :]  #+
        emb = jnp.concatenate([jnp.cos(args), jnp.sin(args)], axis=-1)
        emb = emb.astype(self.dtype)  #+
        emb = nn.Dense(4 * self.dim, dtype=self.dtype)(emb)
        return nn.Dense(4 * self.dim, dtype=self.dtype)(nn.silu(emb))


class Denoiser(nn.Module):
    channels: int = 128
    blocks: int = 4
    dtype: Any = jnp.bfloat16

    @nn.compact
    def __call__(self, x, timesteps):
        temb = FourierTimeEmbed(self.channels, dtype=self.dtype)(timesteps)
        h = nn.Conv(self.channels, (3, 3), dtype=self.dtype)(x.astype(self.dtype))
        for _ in range(self.blocks):
            shift = nn.Dense(self.channels, dtype=self.dtype)(nn.silu(temb))
            r = nn.silu(nn.GroupNorm(num_groups=32, dtype=self.dtype)(h))
            r = r + shift[:, None, None, :]
            h = h + nn.Conv(self.channels, (3, 3), dtype=self.dtype)(r)
        return nn.Conv(x.shape[-1], (3, 3), dtype=jnp.float32)(h)


def loss_fn(params, model, rng, images, alphas_bar):
    t_rng, n_rng = jax.random.split(rng)
    t = jax.random.randint(t_rng, (images.shape[0],), 0, alphas_bar.shape[0])
    noise = jax.random.normal(n_rng, images.shape)
    a = alphas_bar[t][:, None, None, None]
    noisy = jnp.sqrt(a) * images + jnp.sqrt(1.0 - a) * noise
    return jnp.mean((model.apply(params, noisy, t) - noise) ** 2)
