# origin: https://github.com/kornia/kornia/issues/2924
# kinds: domain
import torch
import torch.nn as nn


def _compute_rotation_matrix(axis_angle, theta2):
    theta = torch.sqrt(theta2)
    wx, wy, wz = torch.chunk(axis_angle / theta, 3, dim=1)
    cos, sin = torch.cos(theta), torch.sin(theta)
    one_minus = 1.0 - cos
    rows = [
        cos + wx * wx * one_minus, wx * wy * one_minus - wz * sin, wy * sin + wx * wz * one_minus,
        wz * sin + wx * wy * one_minus, cos + wy * wy * one_minus, -wx * sin + wy * wz * one_minus,
        -wy * sin + wx * wz * one_minus, wx * sin + wy * wz * one_minus, cos + wz * wz * one_minus,
    ]
    return torch.cat(rows, dim=1).view(-1, 3, 3)


def _compute_rotation_matrix_taylor(axis_angle):
    rx, ry, rz = torch.chunk(axis_angle, 3, dim=1)
    one = torch.ones_like(rx)
    return torch.cat([one, -rz, ry, rz, one, -rx, -ry, rx, one], dim=1).view(-1, 3, 3)


def axis_angle_to_rotation_matrix(axis_angle, eps=1e-6):
    theta2 = (axis_angle * axis_angle).sum(dim=1, keepdim=True)
    large = theta2 > eps
    rotation_large = _compute_rotation_matrix(axis_angle, theta2)  #!
    rotation_large = _compute_rotation_matrix(axis_angle, torch.where(large, theta2, torch.ones_like(theta2)))  #+
    rotation_small = _compute_rotation_matrix_taylor(axis_angle)
    return torch.where(large.unsqueeze(-1), rotation_large, rotation_small)


class CameraPoses(nn.Module):
    def __init__(self, n_cameras):
        super().__init__()
        self.rotation = nn.Parameter(torch.zeros(n_cameras, 3))
        self.translation = nn.Parameter(torch.zeros(n_cameras, 3))

    def forward(self, index, points):
        r = axis_angle_to_rotation_matrix(self.rotation[index])
        return torch.bmm(points, r.transpose(1, 2)) + self.translation[index].unsqueeze(1)
