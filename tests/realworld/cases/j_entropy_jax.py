# origin: https://github.com/google/brax/pull/152
# kinds: domain
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax


class Transition(NamedTuple):
    obs: jnp.ndarray
    action: jnp.ndarray
    advantage: jnp.ndarray


def policy_entropy(logits):
    probs = jax.nn.softmax(logits)
    log_probs = jnp.log(probs)  #!
    log_probs = jax.nn.log_softmax(logits)  #+
    return -jnp.sum(probs * log_probs, axis=-1)  #*


def a2c_loss(params, apply_fn, batch: Transition, entropy_cost=1e-2):
    logits = apply_fn(params, batch.obs)
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), batch.action[:, None], axis=-1)[:, 0]
    return -jnp.mean(chosen * batch.advantage) - entropy_cost * jnp.mean(policy_entropy(logits))


def make_update(apply_fn, lr=3e-4):
    tx = optax.chain(optax.clip_by_global_norm(0.5), optax.adam(lr))

    @jax.jit
    def update(params, opt_state, batch):
        loss, grads = jax.value_and_grad(a2c_loss)(params, apply_fn, batch)
        updates, opt_state = tx.update(grads, opt_state)
        return optax.apply_updates(params, updates), opt_state, loss

    return tx.init, update
