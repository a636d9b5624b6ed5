# origin: https://github.com/jobovy/galpy/pull/914
# kinds: domain
import math

import torch


class HernquistProfile:
    """Spherical potential with density a^4 / (2 pi r (r + a)^3), differentiable through torch."""

    def __init__(self, amp=1.0, a=1.0, edge_tol=1e-6):
        self.amp = amp
        self.a = a
        self.edge_tol = edge_tol

    def dens(self, R, z):
        r = torch.sqrt(R**2 + z**2 + 1e-12)
        return self.amp * self.a / (2 * math.pi * r * (r + self.a) ** 3)

    def _edge_term(self, z):
        """Limit of the column integral on the cylinder R = a."""
        root = torch.sqrt(z**2 + self.a**2)
        return (z**2 + 2 * self.a**2) / (3 * z * root)

    def _generic_term(self, R, z):
        return torch.atan2(z, R) / (1 + (R / self.a) ** 2)

    def surfdens(self, R, z):
        at_edge = (R - self.a).abs() < self.edge_tol
        at_edge = at_edge & (z != 0)  #+
        edge = self._edge_term(z)  #!
        edge = self._edge_term(torch.where(at_edge, z, torch.ones_like(z)))  #+
        generic = self._generic_term(R, z)
        return self.amp * torch.where(at_edge, edge, generic)  #*


def vertical_gradient(profile, R, z):
    z = z.detach().clone().requires_grad_()
    return torch.autograd.grad(profile.surfdens(R, z).sum(), z)[0]


def fit_scale(profile_cls, R, z, observed, steps=300, lr=1e-2):
    log_a = torch.zeros((), requires_grad=True)
    offset = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.Adam([log_a, offset], lr=lr)
    for _ in range(steps):
        model = profile_cls(a=log_a.exp()).surfdens(R, z - offset)
        loss = (model - observed).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return log_a.exp().item(), offset.item()
