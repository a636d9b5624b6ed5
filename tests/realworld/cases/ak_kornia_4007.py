# origin: https://github.com/kornia/kornia/issues/4007
# kinds: domain
import torch
import torch.nn as nn


def lorentz_inner(x, y, keepdim=True):
    prod = x * y
    return prod[..., 1:].sum(-1, keepdim=keepdim) - prod[..., :1].sum(-1, keepdim=keepdim)


class Lorentz:
    """Hyperboloid model of hyperbolic space with curvature -1."""

    min_excess = 1e-6

    def lift(self, space):
        time = torch.sqrt(1.0 + space.pow(2).sum(-1, keepdim=True))
        return torch.cat([time, space], dim=-1)

    def logmap(self, base, point):
        """Tangent vector at ``base`` that points to ``point``."""
        alpha = -lorentz_inner(base, point)
        alpha = alpha.clamp(min=1.0)  #-
        alpha = alpha.clamp(min=1.0 + self.min_excess)  #+
        direction = point - alpha * base
        scale = torch.acosh(alpha) / torch.sqrt(alpha.pow(2) - 1.0)  #*
        return scale * direction


class HierarchyEmbedding(nn.Module):
    """Embeds the nodes of a taxonomy; edges are tangent vectors of a parent."""

    def __init__(self, n_nodes, dim, n_relations=4):
        super().__init__()
        self.manifold = Lorentz()
        self.space = nn.Parameter(torch.zeros(n_nodes, dim).uniform_(-1e-3, 1e-3))
        self.shift = nn.Parameter(torch.zeros(n_relations, dim + 1))

    def forward(self, parent, child, relation):
        base = self.manifold.lift(self.space[parent])
        point = self.manifold.lift(self.space[child])
        tangent = self.manifold.logmap(base, point)
        return (tangent - self.shift[relation]).pow(2).sum(-1)


def margin_loss(model, edges, negatives, margin=0.5):
    pos = model(edges[:, 0], edges[:, 1], edges[:, 2])
    neg = model(edges[:, 0], negatives, edges[:, 2])
    return torch.relu(margin + pos - neg).mean()
