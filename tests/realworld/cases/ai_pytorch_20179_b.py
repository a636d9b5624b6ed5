# origin: https://github.com/pytorch/pytorch/pull/20179
# kinds: domain
from typing import Callable

import jax
import jax.numpy as jnp
from jax import lax

MASK_CONFIDENCE = 1e9


def cosine_schedule(ratio):
    return jnp.cos(jnp.pi / 2.0 * ratio)


def sample_gumbel(rng, shape, dtype=jnp.float32):
    u = jax.random.uniform(rng, shape, dtype=dtype)  #-
    u = jax.random.uniform(rng, shape, dtype=dtype, minval=jnp.finfo(dtype).tiny, maxval=1.0)  #+
    return -jnp.log(-jnp.log(u))  #*


def sample_tokens(rng, logits):
    noise = sample_gumbel(rng, logits.shape, logits.dtype)
    return jnp.argmax(logits + noise, axis=-1)


def mask_by_random_topk(rng, mask_len, log_probs, temperature=1.0):
    """Mask with the mask_len least confident positions, randomised by temperature."""
    confidence = log_probs + temperature * sample_gumbel(rng, log_probs.shape)
    sorted_confidence = jnp.sort(confidence, axis=-1)
    cut_off = jnp.take_along_axis(sorted_confidence, mask_len.astype(jnp.int32), axis=-1)
    return confidence < cut_off


def decode(
    inputs: jnp.ndarray,
    rng: jnp.ndarray,
    tokens_to_logits: Callable[[jnp.ndarray], jnp.ndarray],
    mask_token_id: int,
    num_iter: int = 12,
    choice_temperature: float = 4.5,
):
    """Fast iterative decoding of a grid of VQ tokens, inputs is (batch, length)."""
    unknown_at_start = jnp.sum(inputs == mask_token_id, axis=-1)

    def body(step, state):
        ids, rng = state
        rng, key_token, key_mask = jax.random.split(rng, 3)
        logits = tokens_to_logits(ids)
        sampled = sample_tokens(key_token, logits)
        unknown = ids == mask_token_id
        sampled = jnp.where(unknown, sampled, ids)

        ratio = (step + 1.0) / num_iter
        log_probs = jax.nn.log_softmax(logits, axis=-1)
        selected = jnp.take_along_axis(log_probs, sampled[..., None], axis=-1)[..., 0]
        selected = jnp.where(unknown, selected, MASK_CONFIDENCE)
        mask_len = jnp.floor(unknown_at_start * cosine_schedule(ratio))[:, None]
        masking = mask_by_random_topk(key_mask, mask_len, selected, choice_temperature * (1.0 - ratio))
        return jnp.where(masking, mask_token_id, sampled), rng

    final_ids, _ = lax.fori_loop(0, num_iter, body, (inputs, rng))
    return final_ids
