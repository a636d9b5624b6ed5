# origin: https://github.com/geoopt/geoopt/pull/215
# kinds: domain
import torch


@torch.jit.script
def arcosh(x: torch.Tensor):
    dtype = x.dtype
    x = x.double().clamp_min(1.0 + 1e-15)  #+
    z = torch.sqrt(torch.clamp_min(x.double().pow(2) - 1.0, 1e-15))
    return torch.log(x + z).to(dtype)  #*


def inner(u, v, *, keepdim=False, dim=-1):
    r"""Minkowski inner product :math:`-u_0v_0 + \sum_i u_iv_i`."""
    d = u.size(dim) - 1
    uv = u * v
    if keepdim:
        return torch.cat((-uv.narrow(dim, 0, 1), uv.narrow(dim, 1, d)), dim=dim).sum(dim=dim, keepdim=True)
    return -uv.narrow(dim, 0, 1).squeeze(dim) + uv.narrow(dim, 1, d).sum(dim=dim)


def project(x, *, k, dim=-1):
    r"""Projects on the hyperboloid by recomputing the time coordinate."""
    dn = x.size(dim) - 1
    right_ = x.narrow(dim, 1, dn)
    left_ = torch.sqrt(k + (right_ * right_).sum(dim=dim, keepdim=True))
    return torch.cat((left_, right_), dim=dim)


def dist(x, y, *, k, keepdim=False, dim=-1):
    r"""Geodesic distance between two points of the hyperboloid."""
    d = -inner(x, y, dim=dim, keepdim=keepdim)
    return torch.sqrt(k) * arcosh(d / k)


def dist0(x, *, k, keepdim=False, dim=-1):
    d = x.narrow(dim, 0, 1)
    if not keepdim:
        d = d.squeeze(dim)
    return torch.sqrt(k) * arcosh(d / torch.sqrt(k))


class Lorentz:
    """Hyperboloid model of the hyperbolic space, as used by the optimizers."""

    name = "Lorentz"
    ndim = 1
    reversible = False

    def __init__(self, k=1.0, dtype=torch.float64):
        self.k = torch.as_tensor(k, dtype=dtype)

    def projx(self, x):
        return project(x, k=self.k)

    def dist(self, x, y, *, keepdim=False):
        return dist(x, y, k=self.k, keepdim=keepdim)

    def dist0(self, x, *, keepdim=False):
        return dist0(x, k=self.k, keepdim=keepdim)

    def random_normal(self, *size, std=1.0):
        return self.projx(std * torch.randn(*size, dtype=self.k.dtype))


def embedding_distortion(manifold, points, target):
    """Relative error of all pairwise distances of an embedded graph."""
    i, j = torch.triu_indices(len(points), len(points), offset=1)
    d = manifold.dist(points[i], points[j])
    return ((d - target[i, j]).abs() / target[i, j]).mean()
