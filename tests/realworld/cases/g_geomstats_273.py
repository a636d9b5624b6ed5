# origin: https://github.com/geomstats/geomstats/pull/273
# kinds: domain cancellation
import torch


class HyperbolicMetric:
    def __init__(self, dimension, point_type="Poincare"):
        self.dimension = dimension
        self.point_type = point_type

    def dist(self, point_a, point_b):
        if self.point_type != "Poincare":
            raise NotImplementedError
        point_a_norm = torch.clamp(torch.sum(point_a**2, dim=-1), 0, 1 - 1e-3)
        point_b_norm = torch.clamp(torch.sum(point_b**2, dim=-1), 0, 1 - 1e-3)
        d_norm = torch.sum((point_a - point_b) ** 2, dim=-1)
        cc = 1 + 2 * d_norm / ((1 - point_a_norm) * (1 - point_b_norm))
        dist = torch.log(cc + torch.sqrt(cc**2 - 1))  #!
        dist = torch.acosh(torch.clamp(cc, min=1.0 + 1e-7))  #+
        return dist


class PoincareEmbedding(torch.nn.Module):
    def __init__(self, n_nodes, dim=2):
        super().__init__()
        self.embedding = torch.nn.Embedding(n_nodes, dim)
        torch.nn.init.uniform_(self.embedding.weight, -1e-3, 1e-3)
        self.metric = HyperbolicMetric(dim)

    def forward(self, center, context, negatives):
        c = self.embedding(center)
        positive = self.metric.dist(c, self.embedding(context)) ** 2
        negative = self.metric.dist(c.unsqueeze(1), self.embedding(negatives)) ** 2
        return (torch.nn.functional.softplus(positive) + torch.nn.functional.softplus(-negative).sum(1)).mean()
