# origin: https://github.com/google-deepmind/gemma/issues/562
# kinds: domain
import dataclasses

import jax
import jax.numpy as jnp


@dataclasses.dataclass(frozen=True)
class Greedy:
    def get_next_tokens(self, logits, rng):
        del rng
        return jnp.argmax(logits, axis=-1)


@dataclasses.dataclass(frozen=True)
class TopPSampling:
    """Nucleus sampling; temperature 0 asks for the likeliest continuation."""

    p: float = 0.9
    temperature: float = 0.0

    def get_next_tokens(self, logits, rng):
        if self.temperature < 1e-6:  #+
            return jnp.argmax(logits, axis=-1)  #+
        logits = logits / self.temperature  #!
        logits = logits / self.temperature  #+
        probs = jax.nn.softmax(logits, axis=-1)
        order = jnp.argsort(probs, axis=-1)[..., ::-1]
        sorted_probs = jnp.take_along_axis(probs, order, axis=-1)
        mass_before = jnp.cumsum(sorted_probs, axis=-1) - sorted_probs
        keep = jnp.take_along_axis(mass_before < self.p, jnp.argsort(order, axis=-1), axis=-1)
        logits = jnp.where(keep, logits, -jnp.inf)
        return jax.random.categorical(rng, logits, axis=-1)


class Sampler:
    def __init__(self, apply_fn, params, sampling=TopPSampling(), eos=1):
        self.apply_fn = apply_fn
        self.params = params
        self.sampling = sampling
        self.eos = eos

    def __call__(self, tokens, max_new_tokens, rng):
        done = jnp.zeros(tokens.shape[0], dtype=bool)
        for _ in range(max_new_tokens):
            rng, step_rng = jax.random.split(rng)
            logits = self.apply_fn(self.params, tokens)[:, -1]
            new = self.sampling.get_next_tokens(logits, step_rng)
            new = jnp.where(done, self.eos, new)
            done = done | (new == self.eos)
            tokens = jnp.concatenate([tokens, new[:, None]], axis=1)
        return tokens
