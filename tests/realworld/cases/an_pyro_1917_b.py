# origin: https://github.com/pyro-ppl/pyro/pull/1917
# kinds: underflow overflow domain
import math

import torch
from torch.distributions import Categorical, constraints
from torch.distributions import Distribution


class MixtureOfDiagNormals(Distribution):
    """
    Mixture of Normal distributions with arbitrary means and arbitrary
    diagonal covariance matrices.

    :param torch.tensor locs: K x D mean matrix
    :param torch.tensor coord_scale: K x D scale matrix
    :param torch.tensor component_logits: K-dimensional vector of softmax logits
    """
    has_rsample = False
    arg_constraints = {"locs": constraints.real, "coord_scale": constraints.positive,
                       "component_logits": constraints.real}

    def __init__(self, locs, coord_scale, component_logits):
        self.batch_mode = (locs.dim() > 2)
        if locs.shape != coord_scale.shape:
            raise ValueError("locs and coord_scale must have the same shape")
        self.locs = locs
        self.coord_scale = coord_scale
        self.component_logits = component_logits
        self.dim = locs.size(-1)
        self.categorical = Categorical(logits=component_logits)
        self.probs = self.categorical.probs
        batch_shape = tuple(locs.shape[:-2]) if self.batch_mode else ()
        super().__init__(batch_shape=batch_shape, event_shape=(self.dim,), validate_args=False)

    @staticmethod
    def _standardize(value, locs, scale):
        return (value.unsqueeze(-2) - locs) / scale

    def log_prob(self, value):
        # compute -0.5 * (x - mu)^2 / sigma^2 for every component
        epsilon = self._standardize(value, self.locs, self.coord_scale)
        eps_sqr = 0.5 * torch.pow(epsilon, 2.0).sum(-1)  # l b K
        eps_sqr_min = torch.min(eps_sqr, -1)[0]  #-
        coord_scale_prod = self.coord_scale.prod(-1)  #-
        result = self.probs * torch.exp(-eps_sqr + eps_sqr_min.unsqueeze(-1)) / coord_scale_prod  #!
        result = torch.log(result.sum(-1)) - eps_sqr_min  #!
        coord_scale_log_sum = self.coord_scale.log().sum(-1)  #+
        result = self.categorical.logits - coord_scale_log_sum - eps_sqr  #+
        result = torch.logsumexp(result, dim=-1)  #+
        return result - 0.5 * math.log(2.0 * math.pi) * float(self.dim)

    def sample(self, sample_shape=torch.Size()):
        which = self.categorical.sample(sample_shape)
        locs = self.locs.expand(which.shape + self.locs.shape[-2:])
        scale = self.coord_scale.expand_as(locs)
        index = which[..., None, None].expand(which.shape + (1, self.dim))
        loc = locs.gather(-2, index).squeeze(-2)
        sigma = scale.gather(-2, index).squeeze(-2)
        return loc + sigma * torch.randn_like(loc)


class MixtureGuide(torch.nn.Module):
    def __init__(self, num_components, dim):
        super().__init__()
        self.locs = torch.nn.Parameter(torch.randn(num_components, dim))
        self.raw_scale = torch.nn.Parameter(torch.zeros(num_components, dim))
        self.logits = torch.nn.Parameter(torch.zeros(num_components))

    def forward(self, x):
        scale = torch.nn.functional.softplus(self.raw_scale) + 1e-4
        q = MixtureOfDiagNormals(self.locs, scale, self.logits)
        return -q.log_prob(x).mean()
