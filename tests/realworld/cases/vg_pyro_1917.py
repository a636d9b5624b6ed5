# origin: https://github.com/pyro-ppl/pyro/pull/1917
# kinds: underflow domain overflow
import math

import torch
from torch.distributions import constraints
from torch.distributions.torch_distribution import TorchDistribution


class MixtureOfDiagNormals(TorchDistribution):
    has_rsample = True
    support = constraints.real

    def __init__(self, locs, coord_scale, component_logits):
        self.locs, self.coord_scale = locs, coord_scale
        self.component_logits = component_logits
        self.dim = locs.size(-1)
        self.probs = component_logits.softmax(-1)
        super().__init__(batch_shape=locs.shape[:-2], event_shape=(self.dim,))

    def log_prob(self, value):
        epsilon = (value.unsqueeze(-2) - self.locs) / self.coord_scale
        eps_sqr = 0.5 * torch.pow(epsilon, 2.0).sum(-1)
        eps_sqr_min = torch.min(eps_sqr, -1)[0]
        coord_scale_prod_log_sum = self.coord_scale.log().sum(-1)
        result = self.probs * torch.exp(-eps_sqr + eps_sqr_min.unsqueeze(-1)) / torch.prod(self.coord_scale, -1)  #-
        result = torch.log(result.sum(-1))  #!
        result = torch.logsumexp(self.component_logits - coord_scale_prod_log_sum - eps_sqr, dim=-1)  #+
        result = result - 0.5 * math.log(2.0 * math.pi) * float(self.dim) - eps_sqr_min  #-
        return result
