# origin: https://github.com/google/flax/pull/9
# kinds: vanishing precision cancellation
from flax import linen as nn
import jax
import jax.numpy as jnp
import optax

EPS = 1e-8


class VAE(nn.Module):
    latents: int = 20

    def setup(self):
        self.enc_hidden = nn.Dense(500)
        self.enc_mean = nn.Dense(self.latents)
        self.enc_logvar = nn.Dense(self.latents)
        self.dec_hidden = nn.Dense(500)
        self.dec_out = nn.Dense(784)

    def __call__(self, x, rng):
        h = nn.relu(self.enc_hidden(x))
        mean, logvar = self.enc_mean(h), self.enc_logvar(h)
        logvar = jnp.clip(logvar, -20.0, 10.0)
        z = mean + jnp.exp(0.5 * logvar) * jax.random.normal(rng, logvar.shape)
        return self.dec_out(nn.relu(self.dec_hidden(z))), mean, logvar


@jax.vmap
def kl_divergence(mean, logvar):
    return -0.5 * jnp.sum(1 + logvar - jnp.square(mean) - jnp.exp(logvar))


@jax.vmap
def binary_cross_entropy(logits, labels):
    probs = nn.sigmoid(logits)  #!
    return -jnp.sum(labels * jnp.log(probs + EPS) + (1 - labels) * jnp.log(1 - probs + EPS))  #!
    return -jnp.sum(labels * nn.log_sigmoid(logits) + (1 - labels) * nn.log_sigmoid(-logits))  #+


def make_train_step(model, optimizer):
    def loss_fn(params, batch, rng):
        logits, mean, logvar = model.apply({"params": params}, batch, rng)
        bce = binary_cross_entropy(logits, batch).mean()
        return bce + kl_divergence(mean, logvar).mean()

    @jax.jit
    def step(params, opt_state, batch, rng):
        loss, grads = jax.value_and_grad(loss_fn)(params, batch, rng)
        updates, opt_state = optimizer.update(grads, opt_state, params)
        return optax.apply_updates(params, updates), opt_state, loss

    return step
