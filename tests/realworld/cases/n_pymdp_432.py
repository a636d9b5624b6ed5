# origin: https://github.com/infer-actively/pymdp/issues/432
# kinds: overflow domain
import jax
import jax.numpy as jnp
from jax.scipy.special import logsumexp


def filter_step(log_belief, inputs):
    log_transition, log_likelihood = inputs
    log_predicted = logsumexp(log_belief[:, None] + log_transition, axis=0)
    log_joint = log_predicted + log_likelihood
    log_c = logsumexp(log_joint)
    log_post = log_joint - log_c
    return log_post, (log_post, log_c)


def smooth(prior, transition_mats, log_likelihoods):
    """Row-oriented transitions (T-1, S, S), log-likelihoods (T, S)."""
    log_transitions = jnp.log(transition_mats)
    first = jnp.log(prior) + log_likelihoods[0]
    log_c0 = logsumexp(first)
    _, (rest, log_c_rest) = jax.lax.scan(
        filter_step, first - log_c0, (log_transitions, log_likelihoods[1:]))
    log_filtered = jnp.concatenate([(first - log_c0)[None], rest])
    log_c = jnp.concatenate([log_c0[None], log_c_rest])

    col_scale = jnp.exp(log_likelihoods[1:] - log_c[1:][:, None])  #!
    messages = transition_mats * col_scale[:, None, :]  #!
    messages = log_transitions + (log_likelihoods[1:] - log_c[1:][:, None])[:, None, :]  #+

    def backward(beta, message):
        beta = message @ beta  #-
        beta = logsumexp(message + beta[None, :], axis=1)  #+
        return beta, beta

    last = jnp.ones_like(prior)  #-
    last = jnp.zeros_like(prior)  #+
    _, betas = jax.lax.scan(backward, last, messages, reverse=True)
    betas = jnp.concatenate([betas, last[None]])
    smoothed = jnp.exp(log_filtered) * betas  #-
    smoothed = smoothed / jnp.maximum(smoothed.sum(-1, keepdims=True), 1e-16)  #-
    smoothed = jax.nn.softmax(log_filtered + betas, axis=-1)  #+
    return smoothed, log_c.sum()
