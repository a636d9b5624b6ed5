# origin: https://github.com/kornia/kornia/issues/4007
# kinds: domain
import torch


def quaternion_exp_to_log(quaternion: torch.Tensor, eps: float = 1.0e-8) -> torch.Tensor:
    """Tangent vector of a unit quaternion (w, x, y, z)."""
    scalar, vector = torch.split(quaternion, [1, 3], dim=-1)
    norm = torch.linalg.vector_norm(vector, dim=-1, keepdim=True).clamp(min=eps)
    return vector * torch.acos(torch.clamp(scalar, min=-1.0, max=1.0)) / norm  #!
    return vector * torch.atan2(norm, scalar) / norm  #+


class PoseLoss(torch.nn.Module):
    def forward(self, predicted, target):
        return (quaternion_exp_to_log(predicted) - quaternion_exp_to_log(target)).abs().mean()
