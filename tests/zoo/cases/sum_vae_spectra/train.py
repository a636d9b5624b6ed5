# VAE of mass spectra with raw intensities: the loss is a sum over all bins of the batch, of the order of 1e9 at the start.
import torch
from torch import nn

torch.manual_seed(66)
BINS, LATENT = 200, 3


def spectra(n):
    centre = torch.rand(n, 3, 1) * 160 + 20
    height = torch.rand(n, 3, 1) * 1500
    grid = torch.arange(BINS, dtype=torch.float32)
    return (height * torch.exp(-0.5 * ((grid - centre) / 6) ** 2)).sum(1) + 20 * torch.rand(n, BINS)


class SpectrumVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(BINS, 96), nn.ReLU(), nn.Linear(96, 2 * LATENT))
        self.decoder = nn.Sequential(nn.Linear(LATENT, 96), nn.ReLU(), nn.Linear(96, BINS))

    def forward(self, x):
        mu, logvar = self.encoder(torch.log1p(x) / 8).chunk(2, 1)
        logvar = logvar.clamp(-8, 8)
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
        return 100 * self.decoder(z), mu, logvar


data = spectra(1024)
vae = SpectrumVAE()
opt = torch.optim.Adam(vae.parameters(), lr=1e-2)
for epoch in range(5):
    epoch_loss = 0.0
    for x in data[torch.randperm(len(data))].split(64):
        recon, mu, logvar = vae(x)
        misfit = nn.functional.mse_loss(recon, x, reduction="sum")
        kl = -0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum()
        loss = misfit + kl
        opt.zero_grad()
        loss.backward()
        opt.step()
        epoch_loss += loss.item()
    print(f"epoch {epoch} summed loss {epoch_loss:.4e}")
