# origin: https://github.com/uw-ipd/tmol/pull/146
# kinds: domain
import attr
import torch

CoordArray = torch.Tensor


def distance_V(a: CoordArray, b: CoordArray) -> torch.Tensor:
    return (a - b).norm(dim=-1)


def distance_V_dV(a: CoordArray, b: CoordArray):
    """Distance and its derivatives with respect to both coordinates."""
    delta = a - b
    v = distance_V(a, b)
    dv_da = delta / v.unsqueeze(-1)  #!
    nonzero = (v > 0).unsqueeze(-1)  #+
    dv_da = torch.where(nonzero, delta, 0.0) / torch.where(nonzero, v.unsqueeze(-1), 1.0)  #+
    return v, dv_da, -dv_da


class PairHarmonic(torch.autograd.Function):
    @staticmethod
    def forward(ctx, coords, pairs, K, x0):
        i, j = pairs.unbind(dim=1)
        d, dd_di, dd_dj = distance_V_dV(coords[i], coords[j])
        offset = d - x0
        ctx.save_for_backward(pairs, K * offset, dd_di, dd_dj)
        ctx.n_atoms = coords.shape[0]
        return (0.5 * K * offset.pow(2)).sum()

    @staticmethod
    def backward(ctx, dE):
        pairs, dE_dd, dd_di, dd_dj = ctx.saved_tensors
        i, j = pairs.unbind(dim=1)
        grad = dd_di.new_zeros((ctx.n_atoms, 3))
        grad.index_add_(0, i, dE_dd.unsqueeze(-1) * dd_di)
        grad.index_add_(0, j, dE_dd.unsqueeze(-1) * dd_dj)
        return dE * grad, None, None, None


@attr.s(auto_attribs=True)
class HarmonicScoreGraph:
    pairs: torch.Tensor
    K: torch.Tensor
    x0: torch.Tensor
    weight: float = 1.0

    def total_score(self, coords: CoordArray) -> torch.Tensor:
        real = torch.isfinite(coords).all(dim=-1)
        keep = real[self.pairs].all(dim=1)
        energy = PairHarmonic.apply(coords, self.pairs[keep], self.K[keep], self.x0[keep])
        return self.weight * energy


def minimize(graph: HarmonicScoreGraph, coords: CoordArray, steps: int = 50, lr: float = 1e-3):
    x = coords.double().clone().requires_grad_(True)
    opt = torch.optim.SGD([x], lr=lr)
    for _ in range(steps):
        opt.zero_grad()
        graph.total_score(x).backward()
        opt.step()
    return x.detach()
