# origin: https://github.com/jax-ml/jax/issues/17070
# kinds: domain
import functools

import jax
import jax.numpy as jnp


def masked_softmax(logits, where):
    """
    logits: batch, target, source
    where: batch, target, source (bool)
    """
    return jax.nn.softmax(logits, axis=-1, where=where, initial=-1e6)


def attention_entropy(logits, where):
    """Average the per-head attention, renormalise, and return its entropy in bits.

    logits: head, time
    where: time
    returns: ()
    """
    attn = jnp.mean(masked_softmax(logits, where[None, :]), axis=0)  # t
    attn = attn * jnp.sum(attn) ** -1
    return jnp.sum(attn * -jnp.log2(attn), where=where, initial=1.0)  #!
    safe_attn = jnp.where(attn > 0, attn, 1.0)  #+
    return jnp.sum(attn * -jnp.log2(safe_attn), where=where, initial=1.0)  #+


def scores(params, x):
    q = x @ params['wq']
    k = x @ params['wk']
    return jnp.einsum('hd,thd->ht', q[-1].reshape(4, -1), k.reshape(x.shape[0], 4, -1)) / jnp.sqrt(8.0)


def loss_fn(params, x, where):
    return attention_entropy(scores(params, x), where)


@functools.partial(jax.jit, static_argnames='lr')
def step(params, x, where, lr=1e-3):
    loss, grads = jax.value_and_grad(loss_fn)(params, x, where)
    params = jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
    return params, loss


if __name__ == '__main__':
    key = jax.random.PRNGKey(0)
    k1, k2, k3 = jax.random.split(key, 3)
    params = {'wq': jax.random.normal(k1, (16, 32)) * 0.1, 'wk': jax.random.normal(k2, (16, 32)) * 0.1}
    x = jax.random.normal(k3, (10, 16))
    where = jnp.arange(10) < 7
    for _ in range(10):
        params, loss = step(params, x, where)
        print(loss)
