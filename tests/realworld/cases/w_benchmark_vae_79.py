# origin: https://github.com/clementchadebec/benchmark_VAE/pull/79
# kinds: domain cancellation
import torch
import torch.nn as nn
import torch.nn.functional as F


class SVAE(nn.Module):
    def __init__(self, encoder, decoder, latent_dim):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.latent_dim = latent_dim

    def forward(self, x):
        loc, concentration = self.encoder(x)
        loc = F.normalize(loc, dim=-1)
        kappa = F.softplus(concentration) + 1
        z = self._sample_von_mises(loc, kappa)
        return self.decoder(z), z

    def _sample_von_mises(self, loc, kappa):
        w = self._acc_rej_steps(kappa)
        eps = torch.randn_like(loc)
        v = F.normalize(eps[:, 1:], dim=-1)
        w_ = torch.sqrt(1 - w**2)  #!
        w_ = torch.sqrt(torch.clamp(1 - w**2, 1e-10))  #+
        modified = torch.cat([w, w_ * v], dim=-1)
        return self._householder_rotation(loc, modified)

    def _acc_rej_steps(self, kappa):
        m = self.latent_dim
        c = torch.sqrt(4 * kappa**2 + (m - 1) ** 2)
        b = (m - 1) / (2 * kappa + c)
        a = (m - 1 + 2 * kappa + c) / 4
        d = 4 * a * b / (1 + b) - (m - 1) * torch.log(torch.tensor(m - 1.0))
        dist = torch.distributions.Beta(0.5 * (m - 1), 0.5 * (m - 1))
        w = torch.zeros_like(kappa)
        done = torch.zeros_like(kappa, dtype=torch.bool)
        while not done.all():
            e = dist.sample(kappa.shape).to(kappa)
            proposal = (1 - (1 + b) * e) / (1 - (1 - b) * e)
            t = 2 * a * b / (1 - (1 - b) * e)
            ok = ((m - 1) * t.log() - t + d >= torch.rand_like(kappa).log()) & ~done
            w = torch.where(ok, proposal, w)
            done = done | ok
        return w

    def _householder_rotation(self, loc, z):
        e1 = torch.zeros_like(loc)
        e1[:, 0] = 1.0
        u = F.normalize(e1 - loc, dim=-1, eps=1e-5)
        return z - 2 * (z * u).sum(-1, keepdim=True) * u
