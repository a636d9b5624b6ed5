# origin: https://github.com/geoopt/geoopt/pull/215
# kinds: domain
import torch


@torch.jit.script
def arcosh(x: torch.Tensor):
    dtype = x.dtype
    x = x.double()  #-
    z = torch.sqrt(torch.clamp_min(x.pow(2) - 1.0, 1e-15))  #-
    return torch.log(x + z).to(dtype)  #!
    return torch.acosh(torch.clamp_min(x.double(), 1.0 + 1e-12)).to(dtype)  #+


def inner(u, v, *, keepdim=False, dim=-1):
    r"""Minkowski inner product."""
    d = u.size(dim) - 1
    uv = u * v
    if keepdim:
        return torch.cat((-uv.narrow(dim, 0, 1), uv.narrow(dim, 1, d)), dim=dim).sum(dim=dim, keepdim=True)
    return -uv.narrow(dim, 0, 1).squeeze(dim) + uv.narrow(dim, 1, d).sum(dim=dim)


def project(x, *, k, dim=-1):
    dn = x.size(dim) - 1
    right = x.narrow(dim, 1, dn)
    left = torch.sqrt(k + (right * right).sum(dim=dim, keepdim=True))
    return torch.cat((left, right), dim=dim)


def dist(x, y, *, k, keepdim=False, dim=-1):
    r"""
    Compute geodesic distance on the Hyperboloid.

    .. math::

        d_{\mathcal{L}}^{k}(\mathbf{x}, \mathbf{y})=\sqrt{k} \operatorname{arcosh}\left(-\frac{\langle\mathbf{x},
        \mathbf{y}\rangle_{\mathcal{L}}}{k}\right)
    """
    d = -inner(x, y, dim=dim, keepdim=keepdim)
    return torch.sqrt(k) * arcosh(d / k)


class Lorentz(torch.nn.Module):
    name = "Lorentz"
    ndim = 1

    def __init__(self, k=1.0, learnable=False):
        super().__init__()
        k = torch.as_tensor(k)
        if not torch.is_floating_point(k):
            k = k.to(torch.get_default_dtype())
        self.k = torch.nn.Parameter(k, requires_grad=learnable)

    def projx(self, x, *, dim=-1):
        return project(x, k=self.k, dim=dim)

    def dist(self, x, y, *, keepdim=False, dim=-1):
        return dist(x, y, k=self.k, keepdim=keepdim, dim=dim)

    def dist0(self, x, *, keepdim=False, dim=-1):
        origin = torch.zeros_like(x)
        origin.narrow(dim, 0, 1).copy_(torch.sqrt(self.k.detach()).expand_as(origin.narrow(dim, 0, 1)))
        return dist(x, origin, k=self.k, keepdim=keepdim, dim=dim)


class HyperbolicPrototypes(torch.nn.Module):
    def __init__(self, num_classes, dim, manifold):
        super().__init__()
        self.manifold = manifold
        self.prototypes = torch.nn.Parameter(torch.randn(num_classes, dim + 1) * 0.1)

    def forward(self, x):
        prototypes = self.manifold.projx(self.prototypes)
        return -self.manifold.dist(x.unsqueeze(-2), prototypes)
