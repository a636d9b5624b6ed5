# origin: https://github.com/kornia/kornia/issues/4021
# kinds: underflow domain
import torch
import torch.nn.functional as F


def normalize_quaternion(quaternion: torch.Tensor, eps: float = 1.0e-12) -> torch.Tensor:
    r"""Normalize a quaternion of shape :math:`(*, 4)`."""
    if not isinstance(quaternion, torch.Tensor):
        raise TypeError(f"Input type is not a torch.Tensor. Got {type(quaternion)}")
    if not quaternion.shape[-1] == 4:
        raise ValueError(f"Input must be a tensor of shape (*, 4). Got {quaternion.shape}")
    return F.normalize(quaternion, p=2.0, dim=-1, eps=eps)  #!
    eps = max(eps, torch.finfo(quaternion.dtype).eps)  #+
    return F.normalize(quaternion, p=2.0, dim=-1, eps=eps)  #+


def quaternion_to_rotation_matrix(quaternion: torch.Tensor) -> torch.Tensor:
    q = normalize_quaternion(quaternion)
    w, x, y, z = torch.unbind(q, dim=-1)
    tx, ty, tz = 2.0 * x, 2.0 * y, 2.0 * z
    twx, twy, twz = tx * w, ty * w, tz * w
    txx, txy, txz = tx * x, ty * x, tz * x
    tyy, tyz, tzz = ty * y, tz * y, tz * z
    one = torch.ones_like(w)
    matrix = torch.stack(
        (
            one - (tyy + tzz), txy - twz, txz + twy,
            txy + twz, one - (txx + tzz), tyz - twx,
            txz - twy, tyz + twx, one - (txx + tyy),
        ),
        dim=-1,
    )
    return matrix.reshape(quaternion.shape[:-1] + (3, 3))


class PoseTracker:
    """Applies a batch of predicted camera orientations to a point cloud on device."""

    def __init__(self, device: torch.device, dtype: torch.dtype = torch.float16):
        self.device = device
        self.dtype = dtype
        self.history = []

    def update(self, quaternions: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
        q = quaternions.to(self.device, self.dtype)
        pts = points.to(self.device, self.dtype)
        R = quaternion_to_rotation_matrix(q)
        self.history.append(R)
        return torch.matmul(pts, R.transpose(-1, -2))


if __name__ == "__main__":
    tracker = PoseTracker(torch.device("cuda"))
    slots = torch.zeros(8, 4)
    slots[:5] = torch.randn(5, 4)
    print(tracker.update(slots, torch.randn(8, 100, 3)).shape)
