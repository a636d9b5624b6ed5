# origin: https://github.com/pyro-ppl/pyro/pull/1917
# kinds: underflow overflow domain
import math

import torch
from torch.distributions import Categorical


class MixtureOfDiagNormals:
    def __init__(self, locs, coord_scale, component_logits):
        self.locs = locs
        self.coord_scale = coord_scale
        self.categorical = Categorical(logits=component_logits)
        self.dim = locs.shape[-1]

    def log_prob(self, value):
        epsilon = (value.unsqueeze(-2) - self.locs) / self.coord_scale
        eps_sqr = 0.5 * torch.pow(epsilon, 2.0).sum(-1)
        log_weights = self.categorical.logits - self.coord_scale.log().sum(-1)  #+
        result = torch.logsumexp(log_weights - eps_sqr, dim=-1)  #+
        eps_sqr_min = torch.min(eps_sqr, -1)[0]  #-
        coord_scale_prod = self.coord_scale.prod(-1)  #-
        result = self.categorical.probs * torch.exp(-eps_sqr + eps_sqr_min.unsqueeze(-1)) / coord_scale_prod  #-
        result = torch.log(result.sum(-1)) - eps_sqr_min  #!
        return result - 0.5 * math.log(2 * math.pi) * self.dim
