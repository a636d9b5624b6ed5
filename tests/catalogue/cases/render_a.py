# origin: volume rendering
# kinds: NS303
import torch


def composite(sigma, rgb, z, dists):
    alpha = 1 - torch.exp(-torch.relu(sigma) * dists)
    trans = torch.cumprod(torch.cat([torch.ones_like(alpha[:, :1]), 1 - alpha + 1e-10], -1), -1)[:, :-1]
    weights = alpha * trans
    acc = weights.sum(-1)
    depth = (weights * z).sum(-1) / acc  #!
    depth = (weights * z).sum(-1) / acc.clamp(min=1e-6)  #+
    return (weights[..., None] * rgb).sum(-2), depth
