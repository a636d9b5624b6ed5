# origin: https://github.com/pytorch/pytorch/issues/39242
# kinds: domain cancellation precision
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def log1mexp(x):  #+
    """log(1 - exp(-x)) for x > 0"""  #+
    x = x.clamp(min=1e-30)  #+
    near = x < math.log(2.0)  #+
    x_near = torch.where(near, x, torch.ones_like(x))  #+
    x_far = torch.where(near, torch.ones_like(x), x)  #+
    return torch.where(near, torch.log(-torch.expm1(-x_near)), torch.log1p(-torch.exp(-x_far)))  #+


class NoisyOrLayer(nn.Module):
    """Each active cause i fails to trigger effect j with probability exp(-w_ij)."""

    def __init__(self, n_causes, n_effects, init_rate=0.05, leak=1e-3):
        super().__init__()
        self.raw_rate = nn.Parameter(torch.full((n_causes, n_effects), math.log(math.expm1(init_rate))))
        self.raw_leak = nn.Parameter(torch.full((n_effects,), math.log(math.expm1(leak))))

    def total_rate(self, causes):
        rate = F.softplus(self.raw_rate)
        leak = F.softplus(self.raw_leak)
        return causes @ rate + leak

    def forward(self, causes, effects):
        total = self.total_rate(causes)
        log_off = -total
        p_off = torch.exp(log_off)  #-
        log_on = torch.log(1 - p_off)  #!
        log_on = log1mexp(total)  #+
        return (effects * log_on + (1 - effects) * log_off).sum(-1)

    @torch.no_grad()
    def sample(self, causes):
        return torch.bernoulli(-torch.expm1(-self.total_rate(causes)))


class DiseaseModel(nn.Module):
    def __init__(self, n_diseases, n_symptoms, n_features, hidden=64):
        super().__init__()
        self.inference = nn.Sequential(nn.Linear(n_features, hidden), nn.Tanh(), nn.Linear(hidden, n_diseases))
        self.symptoms = NoisyOrLayer(n_diseases, n_symptoms)

    def neg_log_likelihood(self, features, symptoms):
        posterior = torch.sigmoid(self.inference(features))
        return -self.symptoms(posterior, symptoms).mean()


def train(model, loader, epochs=10, lr=1e-2):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        epoch_loss = 0.0
        for features, symptoms in loader:
            loss = model.neg_log_likelihood(features, symptoms)
            opt.zero_grad()
            loss.backward()
            opt.step()
            epoch_loss += loss.item()
        history.append(epoch_loss)
    return history
