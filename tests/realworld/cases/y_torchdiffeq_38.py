# origin: https://github.com/rtqichen/torchdiffeq/issues/38
# kinds: domain
import torch


def _norm(x):
    return x.abs().pow(2).mean().sqrt()


def _select_initial_step(fun, t0, y0, order, rtol, atol, f0=None):
    """Starting step size after Hairer, Norsett, Wanner; y0 is a tuple of tensors."""
    t0 = t0.to(y0[0])
    if f0 is None:
        f0 = fun(t0, y0)

    scale = tuple(atol + y0_.abs() * rtol for y0_ in y0)
    d0 = tuple(_norm(y0_ / scale_) for y0_, scale_ in zip(y0, scale))
    d1 = tuple(_norm(f0_ / scale_) for f0_, scale_ in zip(f0, scale))

    if max(d0).item() < 1e-5 or max(d1).item() < 1e-5:
        h0 = torch.tensor(1e-6).to(t0)
    else:
        h0 = 0.01 * max(d0_ / d1_ for d0_, d1_ in zip(d0, d1))  #!
        h0 = 0.01 * max(d0_ / (d1_ + 1e-5) for d0_, d1_ in zip(d0, d1))  #+

    y1 = tuple(y0_ + h0 * f0_ for y0_, f0_ in zip(y0, f0))
    f1 = fun(t0 + h0, y1)
    d2 = tuple(_norm((f1_ - f0_) / scale_) / h0 for f1_, f0_, scale_ in zip(f1, f0, scale))

    if max(d1).item() <= 1e-15 and max(d2).item() <= 1e-15:
        h1 = torch.max(torch.tensor(1e-6).to(h0), h0 * 1e-3)
    else:
        h1 = (0.01 / max(d1 + d2)) ** (1.0 / float(order + 1))
    return torch.min(100 * h0, h1)


class AugmentedDynamics(torch.nn.Module):
    """Gradient with respect to time, state and adjoint, integrated backwards together."""

    def __init__(self, func):
        super().__init__()
        self.func = func

    def forward(self, t, y_aug):
        adj_t, y, adj_y = y_aug
        with torch.enable_grad():
            t = t.detach().requires_grad_(True)
            y = y.detach().requires_grad_(True)
            f = self.func(t, y)
            vjp_t, vjp_y = torch.autograd.grad(f, (t, y), -adj_y, allow_unused=True)
        vjp_t = torch.zeros_like(adj_t) if vjp_t is None else vjp_t.reshape_as(adj_t)
        return vjp_t, f.detach(), vjp_y
