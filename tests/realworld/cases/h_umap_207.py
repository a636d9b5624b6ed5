# origin: https://github.com/lmcinnes/umap/pull/207
# kinds: domain
import torch


def poincare(u, v):
    """Distance in the Poincare ball, arcosh(1 + delta)."""
    sq_u_norm = torch.sum(u * u, dim=-1)
    sq_v_norm = torch.sum(v * v, dim=-1)
    sq_dist = torch.sum((u - v) ** 2, dim=-1)
    one_minus = (1 - sq_u_norm) * (1 - sq_v_norm)
    delta = 2 * sq_dist / one_minus  #!
    delta = 2 * sq_dist / one_minus.clamp(min=1e-5)  #+
    return torch.acosh(1 + delta.clamp(min=1e-7))  #*


class HyperbolicUMAP(torch.nn.Module):
    def __init__(self, n_points, a=1.577, b=0.895):
        super().__init__()
        self.points = torch.nn.Parameter(1e-3 * torch.randn(n_points, 2))
        self.a, self.b = a, b

    def forward(self, heads, tails, negatives):
        attract = poincare(self.points[heads], self.points[tails])
        repel = poincare(self.points[heads].unsqueeze(1), self.points[negatives])
        p = 1.0 / (1.0 + self.a * attract.clamp(min=1e-4) ** (2 * self.b))
        q = 1.0 / (1.0 + self.a * repel.clamp(min=1e-4) ** (2 * self.b))
        return -(torch.log(p + 1e-6).mean() + torch.log(1 - q + 1e-6).mean())
