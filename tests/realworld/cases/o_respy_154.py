# origin: https://github.com/OpenSourceEconomics/respy/issues/154
# kinds: underflow domain
import numpy as np
from scipy.special import logsumexp

HUGE_FLOAT = 1e20
TINY_FLOAT = np.finfo(np.float64).tiny


def get_type_shares(covariates, coefficients):
    values = covariates @ coefficients
    values = np.column_stack([np.zeros(len(values)), values])
    weights = np.exp(values - values.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def simulate_choice_probabilities(value_functions, choices, tau):
    """Smoothed frequency of the observed choice, per observation and type."""
    scaled = (value_functions - value_functions.max(axis=-1, keepdims=True)) / tau
    smoothed = np.exp(scaled)
    smoothed /= smoothed.sum(axis=-1, keepdims=True)
    picked = smoothed[np.arange(len(choices)), :, :, choices]
    return picked.mean(axis=2)


def log_like(prob_obs, first_rows, type_shares):
    """Average log likelihood of the individuals.

    prob_obs has a row per individual and period, sorted by individual, and a column per type.
    """
    prob_type = np.multiply.reduceat(prob_obs, first_rows, axis=0)  #!
    contribs = np.sum(prob_type * type_shares, axis=1)  #-
    log_contribs = np.log(contribs)  #!
    log_prob = np.log(np.maximum(prob_obs, TINY_FLOAT))  #+
    log_prob_type = np.add.reduceat(log_prob, first_rows, axis=0)  #+
    log_shares = np.log(np.maximum(type_shares, TINY_FLOAT))  #+
    log_contribs = logsumexp(log_prob_type + log_shares, axis=1)  #+
    return np.mean(np.clip(log_contribs, -HUGE_FLOAT, HUGE_FLOAT))


def criterion(params, data, solve, tau=500.0):
    value_functions = solve(params["structural"], data)
    prob_obs = simulate_choice_probabilities(value_functions, data["choice"], tau)
    type_shares = get_type_shares(data["initial_covariates"], params["types"])
    return -log_like(prob_obs, data["first_rows"], type_shares)
