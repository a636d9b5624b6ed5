# origin: https://github.com/SauersML/gam/issues/354
# kinds: domain precision
import torch
from torch import nn


def lorentz_boost(energy, pz, rapidity):
    """Boost along the beam axis; all arguments broadcast together."""
    beta = torch.tanh(rapidity)  #-
    gamma = torch.rsqrt(1.0 - beta.square())  #!
    gamma_beta = gamma * beta  #-
    gamma = torch.cosh(rapidity)  #+
    gamma_beta = torch.sinh(rapidity)  #+
    e = gamma * energy + gamma_beta * pz
    z = gamma_beta * energy + gamma * pz
    return e, z


class JetGenerator(nn.Module):
    """Generates particle clouds in the jet frame and places them in the lab."""

    def __init__(self, latent=32, particles=30, hidden=256):
        super().__init__()
        self.particles = particles
        self.cloud = nn.Sequential(
            nn.Linear(latent, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(), nn.Linear(hidden, 3 * particles)
        )
        self.placement = nn.Sequential(nn.Linear(latent, hidden), nn.GELU(), nn.Linear(hidden, 1))

    def forward(self, z, mass=0.1396):
        p = self.cloud(z).view(-1, self.particles, 3)
        energy = torch.sqrt(p.square().sum(-1) + mass**2)
        rapidity = self.placement(z).clamp(-12.0, 12.0)
        e, pz = lorentz_boost(energy, p[..., 2], rapidity)
        return torch.stack([e, p[..., 0], p[..., 1], pz], dim=-1)


def jet_observables(cloud):
    total = cloud.sum(dim=1)
    e, px, py, pz = total.unbind(-1)
    pt = torch.sqrt(px.square() + py.square() + 1e-8)
    return torch.stack([torch.log(pt), torch.asinh(pz / pt), torch.log(e)], dim=-1)


class MomentMatching(nn.Module):
    def forward(self, fake, real):
        f, r = jet_observables(fake), jet_observables(real)
        loss = (f.mean(0) - r.mean(0)).square().sum()
        cov_f = torch.cov(f.t())
        cov_r = torch.cov(r.t())
        return loss + (cov_f - cov_r).square().sum()


def train_step(gen, optim, real, latent=32):
    fake = gen(torch.randn(real.shape[0], latent, device=real.device))
    loss = MomentMatching()(fake, real)
    optim.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(gen.parameters(), 1.0)
    optim.step()
    return loss.item()
