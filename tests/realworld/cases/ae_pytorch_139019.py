# origin: https://github.com/pytorch/pytorch/issues/139019
# kinds: cancellation domain underflow
import torch
import torch.nn as nn
import torch.nn.functional as F


def log1mexp(x):  #+
    return torch.log(-torch.expm1(x.clamp(max=-1e-30)))  #+
  #+
  #+
class Kumaraswamy:
    """Samples from a Kumaraswamy distribution.

    Args:
        concentration1: 1st concentration parameter of the distribution (often referred to as alpha)
        concentration0: 2nd concentration parameter of the distribution (often referred to as beta)
    """

    def __init__(self, concentration1, concentration0):
        self.concentration1, self.concentration0 = torch.broadcast_tensors(concentration1, concentration0)

    def rsample(self):
        finfo = torch.finfo(self.concentration0.dtype)
        u = torch.rand_like(self.concentration0).clamp(finfo.tiny, 1 - finfo.eps)
        # y = 1 - (1 - u) ** (1 / b);  x = y ** (1 / a)
        y = 1 - (1 - u).pow(self.concentration0.reciprocal())  #!
        return y.pow(self.concentration1.reciprocal())  #-
        log_y = log1mexp(torch.log1p(-u) / self.concentration0)  #+
        x = torch.exp(log_y / self.concentration1)  #+
        return x.clamp(finfo.tiny, 1 - finfo.eps)  #+

    def log_prob(self, value):
        a, b = self.concentration1, self.concentration0
        return a.log() + b.log() + (a - 1) * value.log() + (b - 1) * torch.log(1 - value.pow(a))  #!
        log_value = value.log()  #+
        return a.log() + b.log() + (a - 1) * log_value + (b - 1) * log1mexp(a * log_value)  #+


class KumaraswamyDropoutVAE(nn.Module):
    """Encoder predicts a Kumaraswamy posterior for every latent unit in [0, 1]."""

    def __init__(self, n_in=784, n_hidden=400, n_latent=20):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(n_in, n_hidden), nn.ReLU(), nn.Linear(n_hidden, 2 * n_latent))
        self.dec = nn.Sequential(nn.Linear(n_latent, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_in))

    def posterior(self, x):
        raw_a, raw_b = self.enc(x).clamp(-10., 10.).chunk(2, dim=-1)
        return Kumaraswamy(torch.exp(raw_a), torch.exp(raw_b))

    def forward(self, x):
        q = self.posterior(x)
        z = q.rsample()
        logits = self.dec(z)
        rec = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)
        # uniform prior on [0, 1]
        kl = q.log_prob(z).sum(-1)
        return (rec + kl).mean()


def train(model, loader, epochs=10, lr=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(epochs):
        for x in loader:
            optimizer.zero_grad()
            loss = model(x)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
    return loss.detach()
