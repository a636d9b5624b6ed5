# origin: https://github.com/probml/dynamax/issues/290
# kinds: domain
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax


class HMMPosterior(NamedTuple):
    marginal_loglik: jnp.ndarray
    filtered_probs: jnp.ndarray
    predicted_probs: jnp.ndarray
    smoothed_probs: jnp.ndarray


def hmm_filter(initial_distribution, transition_matrix, log_likelihoods):
    def _step(carry, ll):
        log_normalizer, predicted_probs = carry
        ll = jnp.where(predicted_probs > 0.0, ll, -jnp.inf)
        ll_max = ll.max()
        weighted = predicted_probs * jnp.exp(ll - ll_max)
        norm = weighted.sum()
        filtered_probs = weighted / norm
        log_normalizer += jnp.log(norm) + ll_max
        predicted_next = transition_matrix.T @ filtered_probs
        return (log_normalizer, predicted_next), (filtered_probs, predicted_probs)

    (ll, _), (filtered, predicted) = lax.scan(_step, (0.0, initial_distribution), log_likelihoods)
    return ll, filtered, predicted


def hmm_smoother(initial_distribution, transition_matrix, log_likelihoods):
    ll, filtered, predicted = hmm_filter(initial_distribution, transition_matrix, log_likelihoods)

    def _step(smoothed_probs_next, args):
        filtered_probs, predicted_probs_next = args
        relative_probs_next = smoothed_probs_next / predicted_probs_next  #!
        reachable = predicted_probs_next > jnp.finfo(predicted_probs_next.dtype).tiny  #+
        denominator = jnp.where(reachable, predicted_probs_next, 1.0)  #+
        relative_probs_next = jnp.where(reachable, smoothed_probs_next / denominator, 0.0)  #+
        smoothed_probs = filtered_probs * (transition_matrix @ relative_probs_next)
        smoothed_probs /= smoothed_probs.sum()
        return smoothed_probs, smoothed_probs

    _, smoothed = lax.scan(_step, filtered[-1], (filtered[:-1], predicted[1:]), reverse=True)
    smoothed = jnp.vstack([smoothed, filtered[-1]])
    return HMMPosterior(ll, filtered, predicted, smoothed)
