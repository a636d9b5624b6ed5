# origin: https://github.com/geoopt/geoopt/pull/215
# kinds: domain
import torch.jit

EXP_MAX_NORM = 10.0


@torch.jit.script
def arcosh(x: torch.Tensor):
    dtype = x.dtype
    z = torch.sqrt(torch.clamp_min(x.double().pow(2) - 1.0, 1e-15))  #!
    return torch.log(x + z).to(dtype)  #!
    x = x.double().clamp_min(1.0 + 1e-15)  #+
    z = torch.sqrt((x - 1.0) * (x + 1.0))  #+
    return torch.log(x + z).to(dtype)  #+


def inner(u, v, *, keepdim=False, dim=-1):
    d = u.size(dim) - 1
    uv = u * v
    head = -uv.narrow(dim, 0, 1)
    tail = uv.narrow(dim, 1, d).sum(dim=dim, keepdim=True)
    out = head + tail
    return out if keepdim else out.squeeze(dim)


def dist(x, y, *, k, keepdim=False, dim=-1):
    """Geodesic distance on the hyperboloid of curvature -1/k."""
    return _dist(x, y, k=k, keepdim=keepdim, dim=dim)


def _dist(x, y, k: torch.Tensor, keepdim: bool = False, dim: int = -1):
    d = -inner(x, y, dim=dim, keepdim=keepdim)
    return torch.sqrt(k) * arcosh(d / k)


def dist0(x, *, k, keepdim=False, dim=-1):
    d = x.narrow(dim, 0, 1)
    if not keepdim:
        d = d.squeeze(dim)
    return torch.sqrt(k) * arcosh(d / torch.sqrt(k))


class Lorentz(torch.nn.Module):
    name = "Lorentz"
    reversible = False

    def __init__(self, k=1.0, learnable=False):
        super().__init__()
        k = torch.as_tensor(k, dtype=torch.get_default_dtype())
        self.k = torch.nn.Parameter(k, requires_grad=learnable)

    def dist(self, x, y, *, keepdim=False, dim=-1):
        return dist(x, y, k=self.k, keepdim=keepdim, dim=dim)

    def dist0(self, x, *, dim=-1, keepdim=False):
        return dist0(x, k=self.k, dim=dim, keepdim=keepdim)
