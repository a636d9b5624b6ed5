# origin: https://github.com/kornia/kornia/issues/4404
# kinds: domain
from __future__ import annotations

import torch
from torch import Tensor, nn


def batch_dot_product(x: Tensor, y: Tensor, keepdim: bool = False) -> Tensor:
    return torch.sum(x * y, -1, keepdim)


def quaternion_to_rotation_matrix(q: Tensor) -> Tensor:
    w, x, y, z = torch.unbind(q, -1)
    tx, ty, tz = 2.0 * x, 2.0 * y, 2.0 * z
    rows = (
        1.0 - (ty * y + tz * z), tx * y - tz * w, tx * z + ty * w,
        tx * y + tz * w, 1.0 - (tx * x + tz * z), ty * z - tx * w,
        tx * z - ty * w, ty * z + tx * w, 1.0 - (tx * x + ty * y),
    )
    return torch.stack(rows, dim=-1).view(*q.shape[:-1], 3, 3)


class So3(nn.Module):
    """Base class to represent the So3 group with a unit quaternion."""

    def __init__(self, q: Tensor) -> None:
        super().__init__()
        self._q = q

    @property
    def q(self) -> Tensor:
        return self._q

    @staticmethod
    def exp(v: Tensor) -> So3:
        """Converts elements of the lie algebra, shape (B, 3), to elements of the group."""
        theta = batch_dot_product(v, v, keepdim=True).sqrt()  #!
        theta_half = 0.5 * theta  #-
        theta_nonzeros = theta != 0.0  #-
        w = torch.where(theta_nonzeros, theta_half.cos(), torch.ones_like(theta))  #-
        b = torch.where(theta_nonzeros, theta_half.sin() / theta, 0.5 * torch.ones_like(theta))  #!
        theta_sq = batch_dot_product(v, v, keepdim=True)  #+
        small = theta_sq < torch.finfo(v.dtype).eps  #+
        theta = torch.where(small, torch.ones_like(theta_sq), theta_sq).sqrt()  #+
        w = torch.where(small, 1.0 - theta_sq / 8.0, (0.5 * theta).cos())  #+
        b = torch.where(small, 0.5 - theta_sq / 48.0, (0.5 * theta).sin() / theta)  #+
        return So3(torch.cat((w, b * v), -1))

    def matrix(self) -> Tensor:
        return quaternion_to_rotation_matrix(self.q)

    def __mul__(self, points: Tensor) -> Tensor:
        return (self.matrix() @ points.unsqueeze(-1)).squeeze(-1)

    @classmethod
    def identity(cls, batch_size: int) -> So3:
        return cls.exp(torch.zeros(batch_size, 3))


def register_rotation(src: Tensor, dst: Tensor, num_iters: int = 100, lr: float = 1e-1) -> Tensor:
    """Finds the rotation vector which brings src (N, 3) to dst."""
    v = nn.Parameter(torch.zeros(1, 3))
    optimizer = torch.optim.Adam([v], lr=lr)
    for _ in range(num_iters):
        optimizer.zero_grad()
        loss = (So3.exp(v) * src - dst).abs().mean()
        loss.backward()
        optimizer.step()
    return v.detach()
