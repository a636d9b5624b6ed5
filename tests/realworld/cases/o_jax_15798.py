# origin: https://github.com/jax-ml/jax/issues/15798
# kinds: domain
import functools

import jax
import jax.numpy as jnp
import optax


def sqrt_probs(logits):
    return jnp.exp(0.5 * jax.nn.log_softmax(logits))


def bhattacharyya_angle(p_logit, q_logit):
    overlap = jnp.vdot(sqrt_probs(p_logit), sqrt_probs(q_logit))
    return jnp.arccos(overlap)  #!
    eps = jnp.finfo(overlap.dtype).eps  #+
    return jnp.arccos(jnp.clip(overlap, -1.0 + eps, 1.0 - eps))  #+


def model_cost(q_logit, p_logit):
    return bhattacharyya_angle(p_logit, q_logit)


@functools.partial(jax.jit, static_argnums=3)
def update(q_logit, opt_state, p_logit, optimizer):
    cost, grads = jax.value_and_grad(model_cost)(q_logit, p_logit)
    updates, opt_state = optimizer.update(grads, opt_state)
    return optax.apply_updates(q_logit, updates), opt_state, cost


def fit(key, n_states=4, steps=2000, learning_rate=1e-2):
    key_p, key_q = jax.random.split(key)
    p_logit = jax.random.normal(key_p, (n_states,))
    q_logit = jax.random.normal(key_q, (n_states,))
    optimizer = optax.adam(learning_rate)
    opt_state = optimizer.init(q_logit)
    for step in range(steps):
        q_logit, opt_state, cost = update(q_logit, opt_state, p_logit, optimizer)
        if step % 200 == 0:
            print(step, float(cost))
    return q_logit


if __name__ == "__main__":
    fit(jax.random.PRNGKey(0))
