import torch


def hat(v):
    """(..., 3) -> (..., 3, 3), the matrix of the cross product."""
    x, y, z = v.unbind(-1)
    o = torch.zeros_like(x)
    return torch.stack([torch.stack([o, -z, y], -1), torch.stack([z, o, -x], -1), torch.stack([-y, x, o], -1)], -2)


def rotation(v):
    """Rotation vectors -> matrices (Rodrigues), with the series near 0."""
    angle = v.norm(dim=-1)[..., None, None]
    near = angle < 1e-4
    a = torch.where(near, 1 - angle ** 2 / 6, torch.sin(angle) / angle)
    b = torch.where(near, 0.5 - angle ** 2 / 24, (1 - torch.cos(angle)) / angle ** 2)
    k = hat(v)
    return torch.eye(3) + a * k + b * (k @ k)


def transform(points, v, t):
    return torch.einsum("sij,snj->sni", rotation(v), points) + t[:, None]
