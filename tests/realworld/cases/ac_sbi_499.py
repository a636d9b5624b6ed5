# origin: https://github.com/sbi-dev/sbi/pull/499
# kinds: overflow underflow domain
from typing import Any, Callable

import numpy as np
import torch
from torch import Tensor


def prior_init(prior: Any) -> Tensor:
    """Return a sample from the prior."""
    return prior.sample((1,)).detach()


def sir(
    prior: Any,
    potential_fn: Callable,
    sir_num_batches: int = 10,
    sir_batch_size: int = 1000,
) -> Tensor:
    r"""Return a sample obtained by sequential importance reweighing.

    Args:
        prior: Prior distribution, candidate samples are drawn from it.
        potential_fn: Potential function that the candidate samples are weighted with.
        sir_num_batches: Number of candidate batches drawn.
        sir_batch_size: Batch size used for evaluating candidates.
    """

    with torch.set_grad_enabled(False):
        log_weights = []
        init_param_candidates = []
        for _ in range(sir_num_batches):
            batch_draws = prior.sample((sir_batch_size,)).detach()
            init_param_candidates.append(batch_draws)
            log_weights.append(potential_fn(batch_draws).detach().cpu())
        log_weights = torch.cat(log_weights)
        init_param_candidates = torch.cat(init_param_candidates)

        log_weights -= torch.logsumexp(log_weights, dim=0)  #+
        probs = np.exp(log_weights.view(-1).numpy().astype(np.float64))  #*
        probs[np.isnan(probs)] = 0.0
        probs[np.isinf(probs)] = 0.0
        probs /= probs.sum()  #*

        idxs = np.random.choice(
            a=np.arange(sir_num_batches * sir_batch_size), size=1, replace=False, p=probs,
        )
        return init_param_candidates[torch.from_numpy(idxs.astype(int)), :]


class LikelihoodPotential:
    def __init__(self, prior, likelihood_nn, x):
        self.prior = prior
        self.likelihood_nn = likelihood_nn
        self.x = x

    def __call__(self, theta):
        log_likelihood = sum(self.likelihood_nn(xi.expand(theta.shape[0], -1), theta) for xi in self.x)
        return log_likelihood + self.prior.log_prob(theta)


def init_chains(prior, likelihood_nn, x_o, num_chains=5):
    potential = LikelihoodPotential(prior, likelihood_nn, x_o)
    return torch.cat([sir(prior, potential) for _ in range(num_chains)])
