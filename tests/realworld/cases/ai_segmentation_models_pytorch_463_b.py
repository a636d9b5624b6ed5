# origin: https://github.com/qubvel-org/segmentation_models.pytorch/issues/463
# kinds: overflow
import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F


class ConvVAE(nn.Module):
    def __init__(self, latent=64, width=32):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(3, width, 4, 2, 1), nn.ReLU(),
            nn.Conv2d(width, 2 * width, 4, 2, 1), nn.ReLU(),
        )
        self.to_stats = nn.Conv2d(2 * width, 2 * latent, 1)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(latent, 2 * width, 4, 2, 1), nn.ReLU(),
            nn.ConvTranspose2d(2 * width, 3, 4, 2, 1),
        )

    def forward(self, x):
        mu, logvar = self.to_stats(self.encoder(x)).chunk(2, dim=1)
        logvar = logvar.clamp(-8.0, 8.0)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return self.decoder(z), mu, logvar


def vae_loss(recon, x, mu, logvar, beta=1.0):
    recon, x, mu, logvar = (t.float() for t in (recon, x, mu, logvar))  #+
    batch = x.shape[0]
    recon_loss = F.mse_loss(recon, x, reduction="sum") / batch  #*
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch  #*
    return recon_loss + beta * kld, recon_loss, kld


@torch.no_grad()
def evaluate(model, loader, device, beta=1.0):
    """Average ELBO terms per image with the half precision model."""
    model = model.to(device).half().eval()
    totals = [0.0, 0.0, 0.0]
    n = 0
    for x in loader:
        x = x.to(device).half()
        recon, mu, logvar = model(x)
        terms = vae_loss(recon, x, mu, logvar, beta)
        for i, term in enumerate(terms):
            totals[i] += term.item() * x.shape[0]
        n += x.shape[0]
    return [t / n for t in totals]


def synthetic_loader(batches, batch_size, size):
    for _ in range(batches):
        yield torch.rand(batch_size, 3, size, size) * 2 - 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--batch_size", type=int, default=8)
    parser.add_argument("--beta", type=float, default=1.0)
    args = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    loss, rec, kld = evaluate(ConvVAE(), synthetic_loader(2, args.batch_size, args.size), device, args.beta)
    print(f"loss {loss:.2f} recon {rec:.2f} kl {kld:.2f}")
