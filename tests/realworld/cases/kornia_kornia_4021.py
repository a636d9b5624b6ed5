# origin: https://github.com/kornia/kornia/issues/4021
# kinds: precision underflow domain
import torch
import torch.nn.functional as F


def normalize_quaternion(quaternion: torch.Tensor, eps: float = 1.0e-12) -> torch.Tensor:
    return F.normalize(quaternion, p=2.0, dim=-1, eps=eps)  #!
    tiny = max(eps, torch.finfo(quaternion.dtype).tiny ** 0.5)  #+
    return F.normalize(quaternion, p=2.0, dim=-1, eps=tiny)  #+


class RotationHead(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.out = torch.nn.Linear(width, 4)

    def forward(self, features):
        return normalize_quaternion(self.out(features))


def export(width=128):
    return RotationHead(width).half().cuda().eval()
