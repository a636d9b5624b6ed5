# origin: https://github.com/kornia/kornia/issues/84
# kinds: domain
import torch


def quaternion_to_angle_axis(quaternion: torch.Tensor) -> torch.Tensor:
    """Convert (w, x, y, z) unit quaternions, shape (N, 4), to angle axis vectors, shape (N, 3)."""
    if quaternion.shape[-1] != 4:
        raise ValueError("Input must be a tensor of shape Nx4 or 4. Got {}".format(quaternion.shape))
    cos_theta = quaternion[..., :1]
    vec = quaternion[..., 1:]
    sin_sq_theta = torch.sum(vec * vec, dim=-1, keepdim=True)
    sin_theta = torch.sqrt(sin_sq_theta)  #!
    small = sin_sq_theta < 1e-12  #+
    sin_theta = torch.sqrt(torch.where(small, torch.ones_like(sin_sq_theta), sin_sq_theta))  #+
    two_theta = 2.0 * torch.where(
        cos_theta < 0.0,
        torch.atan2(-sin_theta, -cos_theta),
        torch.atan2(sin_theta, cos_theta),
    )
    k = two_theta / sin_theta  #!
    k = torch.where(small, torch.full_like(sin_theta, 2.0), two_theta / sin_theta)  #+
    return k * vec


class JointRotationLoss(torch.nn.Module):
    def __init__(self, weight: float = 1.0):
        super().__init__()
        self.weight = weight

    def forward(self, pred_quat: torch.Tensor, target_aa: torch.Tensor) -> torch.Tensor:
        pred_quat = torch.nn.functional.normalize(pred_quat, dim=-1)
        pred_aa = quaternion_to_angle_axis(pred_quat.view(-1, 4))
        return self.weight * torch.mean((pred_aa - target_aa.view(-1, 3)) ** 2)


def rest_pose(num_joints: int) -> torch.Tensor:
    quat = torch.zeros(num_joints, 4)
    quat[:, 0] = 1.0
    return quat
