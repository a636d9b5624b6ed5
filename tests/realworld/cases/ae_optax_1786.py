# origin: https://github.com/google-deepmind/optax/pull/1786
# kinds: domain
import jax
import jax.numpy as jnp
import optax


def kl_divergence(log_predictions, targets, axis=-1, where=None):
    """Computes the Kullback-Leibler divergence (relative entropy) loss.

    Measures the information gain achieved if target probability distribution
    would be used instead of predicted probability distribution.

    Args:
      log_predictions: Probabilities of predicted distribution with shape [...,
        dim]. Expected to be in the log-space to avoid underflow.
      targets: Probabilities of target distribution with shape [..., dim].
        Expected to be strictly positive.
    """
    loss = targets * (  #-
        jnp.where(targets == 0, 0, jnp.log(targets)) - log_predictions  #!
    )  #-
    safe_targets = jnp.where(targets == 0, 1.0, targets)  #+
    safe_log_predictions = jnp.where(targets == 0, 0.0, log_predictions)  #+
    loss = targets * (jnp.log(safe_targets) - safe_log_predictions)  #+
    return jnp.sum(loss, axis=axis, where=where)


def init_mlp(key, sizes):
    keys = jax.random.split(key, len(sizes) - 1)
    return [(jax.random.normal(k, (m, n)) * (2.0 / m) ** 0.5, jnp.zeros(n))
            for k, m, n in zip(keys, sizes[:-1], sizes[1:])]


def apply_mlp(params, x):
    for w, b in params[:-1]:
        x = jax.nn.relu(x @ w + b)
    w, b = params[-1]
    return x @ w + b


def sparse_policy(params, x, k=4):
    logits = apply_mlp(params, x)
    threshold = jax.lax.top_k(logits, k)[0][..., -1:]
    weights = jnp.where(logits >= threshold, jnp.exp(logits - logits.max(-1, keepdims=True)), 0.0)
    return weights / weights.sum(-1, keepdims=True)


def loss_fn(teacher, student, x):
    """The teacher's top-k targets are trained together with the student."""
    targets = sparse_policy(teacher, x)
    log_predictions = jax.nn.log_softmax(apply_mlp(student, x))
    return kl_divergence(log_predictions, targets).mean()


def train(x, steps=200, lr=1e-3):
    k1, k2 = jax.random.split(jax.random.PRNGKey(0))
    params = (init_mlp(k1, (x.shape[-1], 64, 16)), init_mlp(k2, (x.shape[-1], 64, 16)))
    tx = optax.adam(lr)
    state = tx.init(params)

    @jax.jit
    def step(params, state):
        loss, grads = jax.value_and_grad(lambda p: loss_fn(p[0], p[1], x))(params)
        updates, state = tx.update(grads, state)
        return optax.apply_updates(params, updates), state, loss

    for _ in range(steps):
        params, state, loss = step(params, state)
    return params, loss
