# origin: https://github.com/google-deepmind/optax/issues/1267
# kinds: domain
"""Classification losses."""

from typing import Optional

import chex
import jax
import jax.numpy as jnp
import optax


def sigmoid_binary_cross_entropy(logits, labels):
  chex.assert_type([logits], float)
  labels = jnp.astype(labels, logits.dtype)
  log_p = jax.nn.log_sigmoid(logits)
  # log(1 - sigmoid(x)) = log_sigmoid(-x)
  log_not_p = jax.nn.log_sigmoid(-logits)
  return -labels * log_p - (1.0 - labels) * log_not_p


def sigmoid_focal_loss(
    logits: chex.Array,
    labels: chex.Array,
    alpha: Optional[float] = None,
    gamma: chex.Numeric = 0.0,
) -> chex.Array:
  """Sigmoid focal loss.

  Args:
    logits: Array of floats, unnormalized scores per class.
    labels: Array of floats in [0, 1] with the same shape.
    alpha: Weighting factor in range (0, 1) to balance positives and negatives.
    gamma: Exponent of the modulating factor; 0.0 is the plain cross entropy.

  Returns:
    A loss value array with a shape identical to the logits and target arrays.
  """
  alpha = -1 if alpha is None else alpha
  chex.assert_type([logits], float)
  labels = jnp.astype(labels, logits.dtype)

  p = jax.nn.sigmoid(logits)
  ce_loss = sigmoid_binary_cross_entropy(logits, labels)
  p_t = p * labels + (1 - p) * (1 - labels)
  loss = ce_loss * ((1 - p_t) ** gamma)  #!
  floor = jnp.finfo(p_t.dtype).eps  #+
  loss = ce_loss * (jnp.maximum(1 - p_t, floor) ** gamma)  #+

  def weighted(loss_arg):
    return (alpha * labels + (1 - alpha) * (1 - labels)) * loss_arg

  return jax.lax.cond(alpha >= 0, weighted, lambda x: x, loss)


def make_train_step(apply_fn, optimizer: optax.GradientTransformation, gamma: float):

  def loss_fn(params, batch):
    logits = apply_fn(params, batch["inputs"])
    return sigmoid_focal_loss(logits, batch["labels"], gamma=gamma).mean()

  @jax.jit
  def train_step(params, opt_state, batch):
    loss, grads = jax.value_and_grad(loss_fn)(params, batch)
    updates, opt_state = optimizer.update(grads, opt_state, params)
    return optax.apply_updates(params, updates), opt_state, loss

  return train_step
