# origin: https://github.com/google-deepmind/optax/issues/1267
# kinds: domain
"""Classification losses."""

from typing import Optional

import chex
import jax
import jax.numpy as jnp
import optax


def sigmoid_binary_cross_entropy(logits: chex.Array, labels: chex.Array) -> chex.Array:
  """Computes element-wise sigmoid cross entropy given logits and labels."""
  labels = labels.astype(logits.dtype)
  log_p = jax.nn.log_sigmoid(logits)
  log_not_p = jax.nn.log_sigmoid(-logits)
  return -labels * log_p - (1.0 - labels) * log_not_p


def sigmoid_focal_loss(
    logits: chex.Array,
    labels: chex.Array,
    alpha: Optional[float] = None,
    gamma: float = 2.0,
) -> chex.Array:
  """Sigmoid focal loss.

  Args:
    logits: Array of floats, the predictions for each example.
    labels: Array of floats with the same shape, 0 for the negative class.
    alpha: (optional) weighting factor in range (0, 1) to balance classes.
    gamma: Exponent of the modulating factor (1 - p_t).

  Returns:
    A loss value array with a shape identical to the logits and target arrays.
  """
  chex.assert_type([logits], float)
  labels = labels.astype(logits.dtype)
  p = jax.nn.sigmoid(logits)
  ce_loss = sigmoid_binary_cross_entropy(logits, labels)
  p_t = p * labels + (1 - p) * (1 - labels)
  loss = ce_loss * ((1 - p_t) ** gamma)  #!
  one_minus_p_t = jnp.maximum(1 - p_t, jnp.finfo(p_t.dtype).eps)  #+
  loss = ce_loss * one_minus_p_t**gamma  #+
  if alpha is not None:
    alpha_t = alpha * labels + (1 - alpha) * (1 - labels)
    loss = alpha_t * loss
  return loss


def make_train_step(apply_fn, optimizer: optax.GradientTransformation, gamma: float = 0.0):
  """Builds a jitted update of a detector head."""

  def loss_fn(params, batch):
    logits = apply_fn(params, batch['features'])
    per_anchor = sigmoid_focal_loss(logits, batch['labels'], gamma=gamma)
    return jnp.sum(per_anchor) / logits.shape[0]

  @jax.jit
  def step(params, opt_state, batch):
    loss, grads = jax.value_and_grad(loss_fn)(params, batch)
    updates, opt_state = optimizer.update(grads, opt_state, params)
    return optax.apply_updates(params, updates), opt_state, loss

  return step
