# origin: https://github.com/awslabs/gluon-ts/issues/1056
# kinds: domain
from typing import Dict, List, Optional, Tuple

import mxnet as mx
import numpy as np


def softplus(F, x):
    return F.Activation(x, act_type="softrelu")


class Gamma:
    r"""
    Gamma distribution.

    Parameters
    ----------
    alpha
        Tensor containing the shape parameters, of shape `(*batch_shape, *event_shape)`.
    beta
        Tensor containing the rate parameters, of shape `(*batch_shape, *event_shape)`.
    """

    is_reparameterizable = False

    def __init__(self, alpha, beta, F=mx.nd) -> None:
        self.alpha = alpha
        self.beta = beta
        self.F = F

    @property
    def mean(self):
        return self.alpha / self.beta

    @property
    def stddev(self):
        return self.F.sqrt(self.alpha) / self.beta

    def log_prob(self, x):
        F = self.F
        alpha, beta = self.alpha, self.beta

        def gamma_log_prob(x, alpha, beta):
            return (
                alpha * F.log(beta)
                - F.gammaln(alpha)
                + (alpha - 1) * F.log(x)  #!
                + (alpha - 1) * F.log(F.where(x > 0, x, F.ones_like(x)))  #+
                - beta * x
            )

        return F.where(
            x > 0,
            gamma_log_prob(x, alpha, beta),
            -(10.0**15) * F.ones_like(x),
        )

    def loss(self, x):
        return -self.log_prob(x)


class GammaOutput:
    args_dim: Dict[str, int] = {"alpha": 1, "beta": 1}

    @classmethod
    def domain_map(cls, F, alpha, beta):
        epsilon = np.finfo(np.float32).eps
        alpha = softplus(F, alpha) + epsilon
        beta = softplus(F, beta) + epsilon
        return alpha.squeeze(axis=-1), beta.squeeze(axis=-1)

    def distribution(self, distr_args) -> Gamma:
        return Gamma(*distr_args)
