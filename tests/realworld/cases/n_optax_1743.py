# origin: https://github.com/google-deepmind/optax/pull/1743
# kinds: domain
import jax
import jax.numpy as jnp
import optax
from optax import GradientTransformation


def normalize(eps=1e-8):
    """Rescales updates to unit global norm."""

    def init_fn(params):
        del params
        return optax.EmptyState()

    def update_fn(updates, state, params=None):
        del params
        g_norm = optax.global_norm(updates)
        updates = jax.tree.map(lambda g: g / g_norm, updates)  #!
        updates = jax.tree.map(lambda g: g / (g_norm + eps), updates)  #+
        return updates, state

    return GradientTransformation(init_fn, update_fn)


def make_sam_step(loss_fn, base_optimizer, rho=0.05):
    adversary = optax.chain(normalize(), optax.scale(rho))

    @jax.jit
    def step(params, opt_state, batch):
        grads = jax.grad(loss_fn)(params, batch)
        ascent, _ = adversary.update(grads, adversary.init(params))
        perturbed = optax.apply_updates(params, ascent)
        sharp_grads = jax.grad(loss_fn)(perturbed, batch)
        updates, opt_state = base_optimizer.update(sharp_grads, opt_state, params)
        return optax.apply_updates(params, updates), opt_state

    return step


def fit(params, loss_fn, batches, learning_rate=0.1):
    optimizer = optax.sgd(learning_rate, momentum=0.9)
    opt_state = optimizer.init(params)
    step = make_sam_step(loss_fn, optimizer)
    for batch in batches:
        params, opt_state = step(params, opt_state, jax.tree.map(jnp.asarray, batch))
    return params
