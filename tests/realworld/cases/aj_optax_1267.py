# origin: https://github.com/google-deepmind/optax/issues/1267
# kinds: domain
import torch
from torch import nn


def linear_to_srgb(linear):
    """Display transform of the renderer (IEC 61966-2-1)."""
    linear = linear.clamp(0.0, 1.0)
    toe = linear * 12.92
    shoulder = 1.055 * linear.pow(1.0 / 2.4) - 0.055  #!
    shoulder = 1.055 * linear.clamp(min=0.0031308).pow(1.0 / 2.4) - 0.055  #+
    return torch.where(linear <= 0.0031308, toe, shoulder)


class RadianceField(nn.Module):
    def __init__(self, in_dim=39, width=128):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Linear(in_dim, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU()
        )
        self.sigma = nn.Linear(width, 1)
        self.rgb = nn.Linear(width, 3)

    def forward(self, x):
        h = self.trunk(x)
        return torch.relu(self.sigma(h)).squeeze(-1), torch.sigmoid(self.rgb(h))


def composite(sigma, rgb, deltas):
    alpha = 1.0 - torch.exp(-sigma * deltas)
    trans = torch.cumprod(1.0 - alpha + 1e-10, dim=-1)
    trans = torch.cat([torch.ones_like(trans[..., :1]), trans[..., :-1]], dim=-1)
    weights = alpha * trans
    return (weights.unsqueeze(-1) * rgb).sum(dim=-2), weights


def photometric_loss(field, points, deltas, target):
    sigma, rgb = field(points)
    pixel, _ = composite(sigma, rgb, deltas)
    return (linear_to_srgb(pixel) - target).square().mean()


def fit_step(field, optimizer, batch):
    optimizer.zero_grad()
    loss = photometric_loss(field, batch["points"], batch["deltas"], batch["srgb"])
    loss.backward()
    optimizer.step()
    return loss.detach()
