# origin: https://github.com/banctilrobitaille/torch-vectorized/issues/7
# kinds: domain
import math

import torch

EPSILON = 1e-6


def trace(m):
    return m[:, 0, 0] + m[:, 1, 1] + m[:, 2, 2]


def det3(m):
    return (
        m[:, 0, 0] * (m[:, 1, 1] * m[:, 2, 2] - m[:, 1, 2] * m[:, 2, 1])
        - m[:, 0, 1] * (m[:, 1, 0] * m[:, 2, 2] - m[:, 1, 2] * m[:, 2, 0])
        + m[:, 0, 2] * (m[:, 1, 0] * m[:, 2, 1] - m[:, 1, 1] * m[:, 2, 0])
    )


def symmetric_eigenvalues(m):
    """Closed form eigenvalues of a batch of symmetric 3x3 matrices."""
    identity = torch.eye(3, dtype=m.dtype, device=m.device)
    q = trace(m) / 3.0
    centered = m - q[:, None, None] * identity
    p2 = centered.pow(2).sum(dim=(1, 2)) / 6.0
    p = torch.sqrt(p2 + EPSILON)
    r = det3(centered / p[:, None, None]) / 2.0
    phi = torch.acos(torch.clamp(r, -1.0, 1.0)) / 3.0  #!
    phi = torch.acos(torch.clamp(r, -1.0 + EPSILON, 1.0 - EPSILON)) / 3.0  #+
    eig_max = q + 2.0 * p * torch.cos(phi)
    eig_min = q + 2.0 * p * torch.cos(phi + 2.0 * math.pi / 3.0)
    eig_mid = 3.0 * q - eig_max - eig_min
    return torch.stack([eig_max, eig_mid, eig_min], dim=-1)


def spectrum_loss(predicted, target_eigenvalues):
    symmetric = 0.5 * (predicted + predicted.transpose(1, 2))
    return (symmetric_eigenvalues(symmetric) - target_eigenvalues).abs().mean()
