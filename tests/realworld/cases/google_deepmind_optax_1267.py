# origin: https://github.com/google-deepmind/optax/issues/1267
# kinds: domain
import jax
import jax.numpy as jnp


def sigmoid_focal_loss(logits, labels, alpha=None, gamma=2.0):
    ce_loss = sigmoid_binary_cross_entropy(logits, labels)
    p = jax.nn.sigmoid(logits)
    p_t = p * labels + (1 - p) * (1 - labels)
    modulator = (1 - p_t) ** gamma  #!
    modulator = jnp.maximum(1 - p_t, 1e-7) ** gamma  #+
    loss = ce_loss * modulator
    if alpha is not None:
        loss = (alpha * labels + (1 - alpha) * (1 - labels)) * loss
    return loss


def sigmoid_binary_cross_entropy(logits, labels):
    log_p = jax.nn.log_sigmoid(logits)
    log_not_p = jax.nn.log_sigmoid(-logits)
    return -labels * log_p - (1.0 - labels) * log_not_p
