# origin: https://github.com/google-deepmind/optax/issues/1267
# kinds: domain
from typing import Optional, Union

import chex
import jax
import jax.numpy as jnp


def sigmoid_binary_cross_entropy(logits, labels):
    """Element-wise sigmoid cross entropy given logits and labels."""
    chex.assert_type([logits], float)
    labels = labels.astype(logits.dtype)
    log_p = jax.nn.log_sigmoid(logits)
    log_not_p = jax.nn.log_sigmoid(-logits)
    return -labels * log_p - (1.0 - labels) * log_not_p


def sigmoid_focal_loss(
    logits: chex.Array,
    labels: chex.Array,
    alpha: Optional[float] = None,
    gamma: chex.Numeric = 2.0,
) -> chex.Array:
    """Sigmoid focal loss.

    Args:
      logits: unnormalized log probabilities, arbitrary shape.
      labels: binary labels, same shape as logits.
      alpha: (optional) weighting factor in range (0, 1).
      gamma: exponent of the modulating factor ``(1 - p_t)``.

    Returns:
      A loss value array with the shape of the logits.
    """
    alpha = -1 if alpha is None else alpha
    chex.assert_type([logits], float)
    labels = labels.astype(logits.dtype)

    p = jax.nn.sigmoid(logits)
    ce_loss = sigmoid_binary_cross_entropy(logits, labels)
    p_t = p * labels + (1 - p) * (1 - labels)
    loss = ce_loss * ((1 - p_t) ** gamma)  #!
    base = jnp.where(gamma == 0, 1.0, 1 - p_t)  #+
    loss = ce_loss * (base ** gamma)  #+

    weighted = lambda loss_arg: (alpha * labels + (1 - alpha) * (1 - labels)) * loss_arg
    not_weighted = lambda loss_arg: loss_arg
    return jax.lax.cond(alpha >= 0, weighted, not_weighted, loss)


def detection_loss(logits, labels, gamma: Union[float, chex.Array] = 0.0):
    per_anchor = sigmoid_focal_loss(logits, labels, alpha=0.25, gamma=gamma)
    num_pos = jnp.maximum(jnp.sum(labels), 1.0)
    return jnp.sum(per_anchor) / num_pos


grad_fn = jax.jit(jax.value_and_grad(detection_loss))
