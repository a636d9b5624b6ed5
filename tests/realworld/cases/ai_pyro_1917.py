# origin: https://github.com/pyro-ppl/pyro/pull/1917
# kinds: underflow domain
import math

import torch
from torch.distributions import Categorical, constraints
from torch.distributions import Distribution


class MixtureOfDiagNormals(Distribution):
    """
    Mixture of Normal distributions with arbitrary means and arbitrary diagonal
    covariance matrices.

    :param torch.tensor locs: K x D mean matrix
    :param torch.tensor coord_scale: K x D scale matrix
    :param torch.tensor component_logits: K-dimensional vector of softmax logits
    """
    has_rsample = False
    arg_constraints = {"locs": constraints.real, "coord_scale": constraints.positive,
                       "component_logits": constraints.real}

    def __init__(self, locs, coord_scale, component_logits):
        self.batch_mode = locs.dim() > 2
        self.locs = locs
        self.coord_scale = coord_scale
        self.component_logits = component_logits
        self.dim = locs.size(-1)
        self.categorical = Categorical(logits=component_logits)
        self.probs = self.categorical.probs  #-
        super().__init__(batch_shape=component_logits.shape[:-1], event_shape=(self.dim,),
                         validate_args=False)

    def log_prob(self, value):
        # compute epsilon
        epsilon = (value.unsqueeze(-2) - self.locs) / self.coord_scale  # L B K D
        eps_sqr = 0.5 * torch.pow(epsilon, 2.0).sum(-1)  # L B K
        eps_sqr_min = torch.min(eps_sqr, -1)[0]  # L B  #-
        result = self.probs * torch.exp(-eps_sqr + eps_sqr_min.unsqueeze(-1))  #-
        result = torch.log((result / self.coord_scale.prod(-1)).sum(-1))  #!
        result = result - eps_sqr_min  #-
        log_scale = self.coord_scale.log().sum(-1)  #+
        result = torch.logsumexp(self.categorical.logits - eps_sqr - log_scale, dim=-1)  #+
        return result - 0.5 * math.log(2.0 * math.pi) * float(self.dim)

    def sample(self, sample_shape=torch.Size()):
        which = self.categorical.sample(sample_shape)
        loc = self.locs[which]
        return torch.normal(loc, self.coord_scale[which])


def fit(data, n_components=10, steps=1000, lr=1e-2):
    dim = data.shape[-1]
    locs = data[torch.randperm(len(data))[:n_components]].clone().requires_grad_()
    log_scale = torch.full((n_components, dim), -1.0, requires_grad=True)
    logits = torch.zeros(n_components, requires_grad=True)
    optimizer = torch.optim.Adam([locs, log_scale, logits], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = -MixtureOfDiagNormals(locs, log_scale.exp(), logits).log_prob(data).mean()
        loss.backward()
        optimizer.step()
    return locs.detach(), log_scale.detach().exp(), logits.detach()
