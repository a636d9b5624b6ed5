import torch


def sinc_terms(sq):
    """sin(t)/t and (1 - cos(t))/t^2 from t^2, smooth at 0: the argument is replaced before it is divided by."""
    small = sq < 1e-6
    safe_sq = torch.where(small, torch.ones_like(sq), sq)
    t = safe_sq.sqrt()
    a = torch.where(small, 1 - sq / 6, t.sin() / t)
    b = torch.where(small, 0.5 - sq / 24, (1 - t.cos()) / safe_sq)
    return a, b


def rotate(v, points):
    """Points (n, 3) turned by rotation vectors (k, 3): (k, n, 3)."""
    a, b = sinc_terms((v * v).sum(-1))
    a, b = a[:, None, None], b[:, None, None]
    axis = v[:, None, :].expand(-1, len(points), -1)
    once = torch.linalg.cross(axis, points.expand(len(v), -1, -1))
    return points + a * once + b * torch.linalg.cross(axis, once)


def length(x):
    """Euclidean length with gradient 0 at 0."""
    sq = (x * x).sum(-1)
    zero = sq == 0
    return torch.where(zero, torch.zeros_like(sq), torch.where(zero, torch.ones_like(sq), sq).sqrt())
