# origin: https://github.com/tensorflow/tensorflow/issues/50400
# kinds: domain
import torch
import torch.nn.functional as F
from torch import nn

GAMMA = 2.2


class RadianceField(nn.Module):
    def __init__(self, hidden=64, freqs=6):
        super().__init__()
        self.register_buffer("bands", 2.0 ** torch.arange(freqs))
        self.trunk = nn.Sequential(
            nn.Linear(3 + 6 * freqs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU()
        )
        self.density = nn.Linear(hidden, 1)
        self.radiance = nn.Linear(hidden, 3)

    def encode(self, x):
        angles = (x[..., None] * self.bands).flatten(-2)
        return torch.cat([x, angles.sin(), angles.cos()], dim=-1)

    def forward(self, x):
        h = self.trunk(self.encode(x))
        return F.relu(self.density(h)).squeeze(-1), F.softplus(self.radiance(h))


def composite(sigma, radiance, deltas):
    """Alpha compositing along rays on a black background, in linear light."""
    alpha = 1.0 - torch.exp(-sigma * deltas)
    trans = torch.cumprod(torch.cat([torch.ones_like(alpha[:, :1]), 1.0 - alpha + 1e-10], 1), 1)
    weights = alpha * trans[:, :-1]
    return (weights[..., None] * radiance).sum(dim=1)


def tonemap(linear):
    """Display-referred colours as stored in the training photographs."""
    return linear.clamp(0.0, 1.0) ** (1.0 / GAMMA)  #!
    return linear.clamp(1e-4, 1.0) ** (1.0 / GAMMA)  #+


def render_rays(field, origins, dirs, near=2.0, far=6.0, samples=64):
    t = torch.linspace(near, far, samples, device=origins.device)
    pts = origins[:, None, :] + t[None, :, None] * dirs[:, None, :]
    sigma, radiance = field(pts)
    deltas = torch.full_like(sigma, (far - near) / samples)
    return tonemap(composite(sigma, radiance, deltas))


def train(field, loader, lr=5e-4):
    opt = torch.optim.Adam(field.parameters(), lr=lr)
    for origins, dirs, rgb in loader:
        loss = F.mse_loss(render_rays(field, origins, dirs), rgb)
        opt.zero_grad()
        loss.backward()
        opt.step()
