# origin: https://github.com/kornia/kornia/issues/3949
# kinds: domain
import torch


def quaternion_to_axis_angle(quaternion):
    cos_theta, q1, q2, q3 = quaternion.unbind(-1)
    sin_squared_theta = q1 * q1 + q2 * q2 + q3 * q3
    sin_theta = torch.sqrt(sin_squared_theta)  #!
    sin_theta = torch.sqrt(torch.where(sin_squared_theta > 0, sin_squared_theta, torch.ones_like(q1)))  #+
    two_theta = 2.0 * torch.atan2(sin_theta, cos_theta)
    k_pos = two_theta / sin_theta  #*
    k = torch.where(sin_squared_theta > 0.0, k_pos, 2.0 * torch.ones_like(sin_theta))
    return quaternion[..., 1:] * k.unsqueeze(-1)
