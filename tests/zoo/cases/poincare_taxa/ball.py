"""Geometry of the Poincare ball."""
import torch

MAX_NORM = 1 - 1e-3


def project(x):
    norm = x.norm(dim=-1, keepdim=True)
    return torch.where(norm > MAX_NORM, x / norm.clamp_min(1e-9) * MAX_NORM, x)


def distance(u, v):
    sq = (u - v).pow(2).sum(-1)
    alpha = 1 - u.pow(2).sum(-1)
    beta = 1 - v.pow(2).sum(-1)
    return torch.acosh(1 + 2 * sq / (alpha * beta))
