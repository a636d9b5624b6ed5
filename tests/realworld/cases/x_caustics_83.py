# origin: https://github.com/Ciela-Institute/caustics/pull/83
# kinds: domain
import math
import torch


class NFW:
    """Projected NFW profile; x is the radius in units of the scale radius."""

    def __init__(self, softening=1e-5):
        self.s = softening

    @staticmethod
    def _f(x):
        outer = 1 - 2 / (x ** 2 - 1).sqrt() * ((x - 1) / (x + 1)).sqrt().arctan()  #!
        inner = 1 - 2 / (1 - x ** 2).sqrt() * ((1 - x) / (1 + x)).sqrt().arctanh()  #!
        return torch.where(x > 1, outer, torch.where(x < 1, inner, torch.zeros_like(x)))  #!
        x_out = torch.where(x > 1, x, torch.full_like(x, 2.0))  #+
        x_in = torch.where(x < 1, x, torch.full_like(x, 0.5))  #+
        outer = 1 - 2 / (x_out ** 2 - 1).sqrt() * ((x_out - 1) / (x_out + 1)).sqrt().arctan()  #+
        inner = 1 - 2 / (1 - x_in ** 2).sqrt() * ((1 - x_in) / (1 + x_in)).sqrt().arctanh()  #+
        return torch.where(x > 1, outer, torch.where(x < 1, inner, torch.zeros_like(x)))  #+

    def convergence(self, x, y, center, scale_radius, kappa_s):
        r = ((x - center[0]) ** 2 + (y - center[1]) ** 2 + self.s ** 2).sqrt()
        xi = r / scale_radius
        denominator = xi ** 2 - 1
        denominator = torch.where(denominator.abs() < 1e-4, torch.full_like(denominator, 1e-4), denominator)
        return 2 * kappa_s * self._f(xi) / denominator


def pixel_grid(size, fov):
    line = torch.linspace(-fov / 2, fov / 2, size)
    return torch.meshgrid(line, line, indexing="xy")


def fit_halo(image, fov=6.0, steps=200, lr=1e-2):
    x, y = pixel_grid(image.shape[-1], fov)
    lens = NFW()
    center = torch.zeros(2, requires_grad=True)
    log_rs = torch.tensor(math.log(1.2), requires_grad=True)
    log_ks = torch.tensor(math.log(0.3), requires_grad=True)
    optimizer = torch.optim.Adam([center, log_rs, log_ks], lr=lr)
    for _ in range(steps):
        model = lens.convergence(x, y, center, log_rs.exp(), log_ks.exp())
        loss = (model - image).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return center.detach(), log_rs.exp().item(), log_ks.exp().item()
