# origin: https://github.com/mani-skill/ManiSkill/pull/1090
# kinds: domain
import torch


def quaternion_to_matrix(quaternions):
    r, i, j, k = torch.unbind(quaternions, -1)
    two_s = 2.0 / (quaternions * quaternions).sum(-1).clamp(min=1e-12)
    o = torch.stack(
        (
            1 - two_s * (j * j + k * k),
            two_s * (i * j - k * r),
            two_s * (i * k + j * r),
            two_s * (i * j + k * r),
            1 - two_s * (i * i + k * k),
            two_s * (j * k - i * r),
            two_s * (i * k - j * r),
            two_s * (j * k + i * r),
            1 - two_s * (i * i + j * j),
        ),
        -1,
    )
    return o.reshape(quaternions.shape[:-1] + (3, 3))


def _index_from_letter(letter):
    return "XYZ".index(letter)


def _angle_from_tan(axis, other_axis, data, horizontal, tait_bryan):
    i1, i2 = {"X": (2, 1), "Y": (0, 2), "Z": (1, 0)}[axis]
    if horizontal:
        i2, i1 = i1, i2
    even = (axis + other_axis) in ["XY", "YZ", "ZX"]
    if horizontal == even:
        return torch.atan2(data[..., i1], data[..., i2])
    if tait_bryan:
        return torch.atan2(-data[..., i2], data[..., i1])
    return torch.atan2(data[..., i2], -data[..., i1])


def matrix_to_euler_angles(matrix: torch.Tensor, convention: str) -> torch.Tensor:
    i0 = _index_from_letter(convention[0])
    i2 = _index_from_letter(convention[2])
    tait_bryan = i0 != i2
    if tait_bryan:
        central_angle = torch.asin(matrix[..., i0, i2] * (-1.0 if i0 - i2 in [-1, 2] else 1.0))  #!
        central_angle = torch.asin(torch.clamp(matrix[..., i0, i2] * (-1.0 if i0 - i2 in [-1, 2] else 1.0), -1 + 1e-6, 1 - 1e-6))  #+
    else:
        central_angle = torch.acos(matrix[..., i0, i0])  #!
        central_angle = torch.acos(torch.clamp(matrix[..., i0, i0], -1 + 1e-6, 1 - 1e-6))  #+
    o = (
        _angle_from_tan(convention[0], convention[1], matrix[..., i2], False, tait_bryan),
        central_angle,
        _angle_from_tan(convention[2], convention[1], matrix[..., i0, :], True, tait_bryan),
    )
    return torch.stack(o, -1)


@torch.no_grad()
def pose_features(pose):
    pos, quat_wxyz = pose[:, :3], pose[:, 3:]
    return torch.cat([pos, matrix_to_euler_angles(quaternion_to_matrix(quat_wxyz), "ZYX")], dim=-1)
