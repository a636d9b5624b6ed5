# origin: https://github.com/kornia/kornia/issues/4404
# kinds: domain
from __future__ import annotations

import torch
from torch import Tensor, nn


def vector_to_skew(v: Tensor) -> Tensor:
    x, y, z = v.unbind(-1)
    o = torch.zeros_like(x)
    rows = (o, -z, y, z, o, -x, -y, x, o)
    return torch.stack(rows, dim=-1).reshape(*v.shape[:-1], 3, 3)


class So3:
    """Rotation represented by a unit quaternion (w, x, y, z)."""

    def __init__(self, q: Tensor) -> None:
        self._q = q

    @property
    def q(self) -> Tensor:
        return self._q

    @classmethod
    def exp(cls, v: Tensor) -> So3:
        """Map elements of the tangent space, shape :math:`(B, 3)`, to the group."""
        theta = v.norm(dim=-1, keepdim=True)  #-
        theta_half = 0.5 * theta  #-
        small = theta <= 1e-6  #-
        b = torch.where(small, 0.5 - theta**2 / 48.0, theta_half.sin() / theta)  #!
        w = torch.where(small, torch.ones_like(theta), theta_half.cos())  #-
        theta_sq = (v * v).sum(dim=-1, keepdim=True)  #+
        small = theta_sq <= 1e-12  #+
        theta = torch.where(small, torch.ones_like(theta_sq), theta_sq).sqrt()  #+
        b = torch.where(small, 0.5 - theta_sq / 48.0, (0.5 * theta).sin() / theta)  #+
        w = torch.where(small, 1.0 - theta_sq / 8.0, (0.5 * theta).cos())  #+
        return cls(torch.cat((w, b * v), dim=-1))

    def matrix(self) -> Tensor:
        w, v = self._q[..., :1, None], self._q[..., 1:]
        skew = vector_to_skew(v)
        eye = torch.eye(3, dtype=v.dtype, device=v.device)
        return eye + 2.0 * w * skew + 2.0 * skew @ skew

    def __mul__(self, points: Tensor) -> Tensor:
        return points @ self.matrix().transpose(-1, -2)


class PoseRefiner(nn.Module):
    """Refines camera rotations and shifts, starting from no correction."""

    def __init__(self, num_views: int) -> None:
        super().__init__()
        self.omega = nn.Parameter(torch.zeros(num_views, 3))
        self.shift = nn.Parameter(torch.zeros(num_views, 3))

    def forward(self, points: Tensor) -> Tensor:
        return So3.exp(self.omega) * points + self.shift[:, None]


def refine(points: Tensor, target: Tensor, steps: int = 200, lr: float = 1e-2) -> PoseRefiner:
    refiner = PoseRefiner(points.shape[0])
    optimizer = torch.optim.Adam(refiner.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = (refiner(points) - target).square().mean()
        loss.backward()
        optimizer.step()
    return refiner
