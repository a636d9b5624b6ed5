# origin: https://github.com/uw-ipd/tmol/pull/146
# kinds: domain
import math

import torch


def distance_V_dV(A, B):
    """Distance between two batches of points, and its derivatives."""
    delta = A - B
    V = delta.norm(dim=-1)
    dV_dA = delta / V[..., None]  #!
    zero = V == 0  #+
    dV_dA = delta / V.masked_fill(zero, 1.0)[..., None]  #+
    return V, dV_dA, -dV_dA


class PairDistance(torch.autograd.Function):
    """Distances of the listed atom pairs with an analytic backward pass."""

    @staticmethod
    def forward(ctx, coords, pairs):
        i, j = pairs
        V, dV_dI, dV_dJ = distance_V_dV(coords[i], coords[j])
        ctx.save_for_backward(pairs, dV_dI, dV_dJ)
        ctx.shape = coords.shape
        return V

    @staticmethod
    def backward(ctx, dE_dV):
        pairs, dV_dI, dV_dJ = ctx.saved_tensors
        grad = dE_dV.new_zeros(ctx.shape)
        grad.index_add_(0, pairs[0], dE_dV[:, None] * dV_dI)
        grad.index_add_(0, pairs[1], dE_dV[:, None] * dV_dJ)
        return grad, None


def lk_gaussian(dist, dgfree, lk_lambda, volume, lj_radius=2.0):
    x = (dist - lj_radius) / lk_lambda
    return -dgfree * volume / (2 * math.pi ** 1.5 * lk_lambda) * torch.exp(-x * x)


def harmonic_bond(dist, k, x0):
    return 0.5 * k * (dist - x0) ** 2


class EnergyTerm(torch.nn.Module):
    def __init__(self, bonds, nonbonded, k=300.0, x0=1.5):
        super().__init__()
        self.register_buffer("bonds", bonds)
        self.register_buffer("nonbonded", nonbonded)
        self.k, self.x0 = k, x0

    def forward(self, coords):
        bond = harmonic_bond(PairDistance.apply(coords, self.bonds), self.k, self.x0)
        solv = lk_gaussian(PairDistance.apply(coords, self.nonbonded), -5.0, 3.5, 14.7)
        return bond.sum() + solv.sum()


def minimize(term, coords, steps=50):
    coords = coords.double().detach().clone().requires_grad_(True)
    opt = torch.optim.LBFGS([coords], max_iter=steps, line_search_fn="strong_wolfe")

    def closure():
        opt.zero_grad()
        energy = term(coords)
        energy.backward()
        return energy

    opt.step(closure)
    return coords.detach()
