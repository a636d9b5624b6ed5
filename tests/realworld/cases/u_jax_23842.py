# origin: https://github.com/jax-ml/jax/issues/23842
# kinds: overflow domain
import jax
import jax.numpy as jnp


def masked_logsumexp(a, where):
    """log(sum(exp(a))) over the entries selected by `where`, 0 when there are none."""
    has_any = jnp.any(where, axis=-1)
    a_max = jnp.max(a, axis=-1, initial=-jnp.inf, where=where)
    a_max = jax.lax.stop_gradient(jnp.where(has_any, a_max, 0.0))
    exp_a = jnp.exp(a - a_max[..., None])  #!
    exp_a = jnp.exp(jnp.where(where, a - a_max[..., None], -jnp.inf))  #+
    total = jnp.sum(exp_a, axis=-1, where=where)
    return a_max + jnp.log(jnp.where(has_any, total, 1.0))


def candidate_loss(params, batch):
    scores = batch["features"] @ params["w"] + params["b"]
    chosen = jnp.take_along_axis(scores, batch["label"][:, None], axis=-1)[:, 0]
    log_z = masked_logsumexp(scores, batch["valid"])
    return jnp.mean(log_z - chosen)


@jax.jit
def update(params, batch, lr=1e-2):
    loss, grads = jax.value_and_grad(candidate_loss)(params, batch)
    params = jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
    return params, loss


def fit(params, batches):
    losses = []
    for batch in batches:
        params, loss = update(params, batch)
        losses.append(loss)
    return params, losses
