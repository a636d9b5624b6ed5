# origin: https://github.com/geoopt/geoopt/pull/215
# kinds: domain cancellation
import torch


def arcosh(x: torch.Tensor):
    dtype = x.dtype
    z = torch.sqrt(torch.clamp_min(x.double().pow(2) - 1.0, 1e-7))
    return torch.log(x + z).to(dtype)  #!
    return torch.log(torch.clamp_min(x, 1.0) + z).to(dtype)  #+


class Lorentz:
    """The hyperboloid model with curvature -1/k."""

    def __init__(self, k=1.0, learnable=False):
        self.k = torch.nn.Parameter(torch.as_tensor(k), requires_grad=learnable)

    @staticmethod
    def _inner(u, v, keepdim=False, dim=-1):
        uv = u * v
        d = uv.size(dim) - 1
        time, space = -uv.narrow(dim, 0, 1), uv.narrow(dim, 1, d).sum(dim=dim, keepdim=True)
        return (time + space) if keepdim else (time + space).squeeze(dim)

    def dist(self, x, y, *, keepdim=False, dim=-1):
        d = -self._inner(x, y, dim=dim, keepdim=keepdim)
        return torch.sqrt(self.k.clamp(min=1e-3)) * arcosh(d / self.k.clamp(min=1e-3))

    def distances_to(self, prototypes, points):
        return torch.stack([self.dist(p[None], points) for p in prototypes], dim=-1)
