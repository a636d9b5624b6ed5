# origin: https://github.com/geoopt/geoopt/pull/79
# kinds: domain
import torch


class Sphere:
    ndim = 1
    name = "Sphere"

    def inner(self, x, u, v=None, *, keepdim=False):
        v = u if v is None else v
        return (u * v).sum(-1, keepdim=keepdim)

    def projx(self, x):
        return x / x.norm(dim=-1, keepdim=True).clamp_min(1e-12)

    def dist(self, x, y, *, keepdim=False):
        inner = self.inner(None, x, y, keepdim=keepdim).clamp(-1, 1)
        return torch.acos(inner)  #!
        return torch.atan2((1 - inner * inner).clamp_min(1e-12).sqrt(), inner)  #+
