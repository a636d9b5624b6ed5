# origin: https://github.com/lucidrains/nGPT-pytorch/issues/11
# kinds: domain
import jax
import jax.numpy as jnp
from jax import random


def glorot(key, shape):
    lim = jnp.sqrt(6.0 / (shape[0] + shape[1]))
    return random.uniform(key, shape, minval=-lim, maxval=lim)


def init_gat(key, sizes, heads):
    params = []
    for d_in, d_out in zip(sizes[:-1], sizes[1:]):
        key, k1, k2, k3 = random.split(key, 4)
        params.append({
            "w": glorot(k1, (d_in, heads * d_out)).reshape(d_in, heads, d_out),
            "a_src": glorot(k2, (heads, d_out)),
            "a_dst": glorot(k3, (heads, d_out)),
        })
    return params


def gat_layer(p, h, adj):
    """Graph attention on a dense adjacency matrix (no self loops stored)."""
    n = h.shape[0]
    z = jnp.einsum("nd,dhk->nhk", h, p["w"])
    src = jnp.sum(z * p["a_src"], axis=-1)
    dst = jnp.sum(z * p["a_dst"], axis=-1)
    e = jax.nn.leaky_relu(dst[:, None, :] + src[None, :, :], 0.2)
    neighbours = adj > 0
    neighbours = neighbours | jnp.eye(n, dtype=bool)  #+
    e = jnp.where(neighbours[..., None], e, -jnp.inf)
    att = jax.nn.softmax(e, axis=1)  #*
    out = jnp.einsum("ijh,jhk->ihk", att, z)
    return out.reshape(n, -1)


def forward(params, x, adj):
    h = x
    for p in params[:-1]:
        h = jax.nn.elu(gat_layer(p, h, adj))
        h = h.reshape(h.shape[0], params[0]["w"].shape[1], -1).mean(axis=1)
    return gat_layer(params[-1], h, adj)


@jax.jit
def loss_fn(params, x, adj, labels, train_mask):
    logp = jax.nn.log_softmax(forward(params, x, adj), axis=-1)
    nll = -jnp.take_along_axis(logp, labels[:, None], axis=1)[:, 0]
    nll = jnp.where(train_mask, nll, 0.0)
    return nll.sum() / jnp.maximum(train_mask.sum(), 1)


def sgd(params, grads, lr=5e-3):
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
