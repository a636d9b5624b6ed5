# origin: https://github.com/pyro-ppl/pyro/pull/1917
# kinds: underflow domain overflow
import math

import torch
from torch.distributions import Categorical, constraints

from torch.distributions import Distribution as TorchDistribution


class MixtureOfDiagNormals(TorchDistribution):
    """
    Mixture of Normal distributions with arbitrary means and arbitrary diagonal covariance matrices.
    That is, this distribution is a mixture with K components, where each component distribution is a
    D-dimensional Normal distribution with a D-dimensional mean parameter loc and a D-dimensional
    diagonal covariance matrix.

    :param torch.tensor locs: K x D mean matrix
    :param torch.tensor coord_scale: K x D scale matrix
    :param torch.tensor component_logits: K-dimensional vector of softmax logits
    """

    has_rsample = False
    support = constraints.real_vector
    arg_constraints = {
        "locs": constraints.real,
        "coord_scale": constraints.positive,
        "component_logits": constraints.real,
    }

    def __init__(self, locs, coord_scale, component_logits):
        self.batch_mode = locs.dim() > 2
        assert coord_scale.shape == locs.shape
        assert component_logits.shape[-1] == locs.shape[-2], "locs and component_logits have incompatible shapes"
        self.locs = locs
        self.coord_scale = coord_scale
        self.component_logits = component_logits
        self.dim = locs.size(-1)
        self.categorical = Categorical(logits=component_logits)
        batch_shape = tuple(locs.shape[:-2]) if self.batch_mode else ()
        super().__init__(batch_shape=torch.Size(batch_shape), event_shape=torch.Size((self.dim,)))

    def log_prob(self, value):
        epsilon = (value.unsqueeze(-2) - self.locs) / self.coord_scale  # L B K D
        eps_sqr = 0.5 * torch.pow(epsilon, 2.0).sum(-1)  # L B K
        eps_sqr_min = torch.min(eps_sqr, -1)[0]  #-
        coord_scale_prod = self.coord_scale.prod(-1)  #!
        weighted = self.categorical.probs * torch.exp(-eps_sqr + eps_sqr_min.unsqueeze(-1))  #!
        log_density = torch.log((weighted / coord_scale_prod).sum(-1)) - eps_sqr_min  #!
        log_scale = self.coord_scale.log().sum(-1)  # B K  #+
        log_density = torch.logsumexp(self.categorical.logits - eps_sqr - log_scale, dim=-1)  #+
        return log_density - 0.5 * math.log(2.0 * math.pi) * float(self.dim)

    def sample(self, sample_shape=torch.Size()):
        which = self.categorical.sample(sample_shape)
        index = which.unsqueeze(-1).unsqueeze(-1).expand(which.shape + (1, self.dim))
        locs = self.locs.expand(tuple(sample_shape) + self.locs.shape).gather(-2, index).squeeze(-2)
        scale = self.coord_scale.expand(tuple(sample_shape) + self.locs.shape).gather(-2, index).squeeze(-2)
        return locs + scale * torch.randn_like(locs)


def fit_mixture(data, num_components=10, num_steps=200, lr=1e-2):
    D = data.size(-1)
    locs = data[torch.randperm(data.size(0))[:num_components]].clone().requires_grad_()
    log_scale = torch.zeros(num_components, D, requires_grad=True)
    logits = torch.zeros(num_components, requires_grad=True)
    optim = torch.optim.Adam([locs, log_scale, logits], lr=lr)
    for _ in range(num_steps):
        optim.zero_grad()
        loss = -MixtureOfDiagNormals(locs, log_scale.exp(), logits).log_prob(data).mean()
        loss.backward()
        optim.step()
    return locs.detach(), log_scale.detach().exp(), logits.detach()
