# origin: https://github.com/pytorch/vision/pull/9658
# kinds: precision
import math
import torch
import torch.nn.functional as F


def inverse_rotation(angle_degrees):
    a = math.radians(angle_degrees)
    return [math.cos(a), math.sin(a), 0.0, -math.sin(a), math.cos(a), 0.0]


def affine_grid(theta, w, h):
    d = 0.5
    base_grid = torch.empty(1, h, w, 3, dtype=theta.dtype, device=theta.device)  #*
    x_grid = torch.linspace(-w * 0.5 + d, w * 0.5 + d - 1, steps=w, device=theta.device)
    base_grid[..., 0].copy_(x_grid)  #*
    y_grid = torch.linspace(-h * 0.5 + d, h * 0.5 + d - 1, steps=h, device=theta.device).unsqueeze_(-1)
    base_grid[..., 1].copy_(y_grid)
    base_grid[..., 2].fill_(1)

    size = torch.tensor([0.5 * w, 0.5 * h], dtype=theta.dtype, device=theta.device)
    rescaled_theta = theta.transpose(1, 2) / size
    grid = base_grid.view(1, h * w, 3).bmm(rescaled_theta)  #*
    return grid.view(1, h, w, 2)


def rotate(img, angle, mode="bilinear"):
    """img: (N, C, H, W) float16 image batch straight from the decoder."""
    img = img.half()
    theta = torch.tensor(inverse_rotation(angle), dtype=img.dtype, device=img.device).reshape(1, 2, 3)  #!
    theta = torch.tensor(inverse_rotation(angle), dtype=torch.float32, device=img.device).reshape(1, 2, 3)  #+
    grid = affine_grid(theta, w=img.shape[-1], h=img.shape[-2])
    grid = grid.expand(img.shape[0], -1, -1, -1)
    out = F.grid_sample(img.float(), grid.float(), mode=mode, padding_mode="zeros", align_corners=False)
    return out.to(img.dtype)


class RandomRotation(torch.nn.Module):
    def __init__(self, degrees):
        super().__init__()
        self.degrees = degrees

    def forward(self, img):
        angle = float(torch.empty(1).uniform_(-self.degrees, self.degrees))
        return rotate(img, angle)
