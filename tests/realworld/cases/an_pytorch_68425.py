# origin: https://github.com/pytorch/pytorch/issues/68425
# kinds: overflow
import torch
from torch import nn


def positive_rate(raw):
    """Smooth map of the reals to the positives, linear for positive arguments."""
    decay = torch.exp(raw)  #!
    decay = torch.exp(torch.clamp(raw, max=0))  #+
    return torch.where(raw <= 0, decay, 1 + raw)


class CountEncoder(nn.Module):
    def __init__(self, num_features, hidden=64, depth=2):
        super().__init__()
        layers = []
        width = num_features
        for _ in range(depth):
            layers += [nn.Linear(width, hidden), nn.SiLU()]
            width = hidden
        self.body = nn.Sequential(*layers)
        self.out = nn.Linear(width, 1)

    def forward(self, x):
        return self.out(self.body(x)).squeeze(-1)


class PoissonRegressor(nn.Module):
    def __init__(self, num_features, **kwargs):
        super().__init__()
        self.encoder = CountEncoder(num_features, **kwargs)

    def rate(self, x, exposure):
        return exposure * positive_rate(self.encoder(x))

    def loss(self, x, counts, exposure):
        rate = self.rate(x, exposure)
        return nn.functional.poisson_nll_loss(rate, counts, log_input=False, eps=1e-6)


def fit(x, counts, exposure, epochs=20, batch_size=128):
    model = PoissonRegressor(x.shape[1])
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(epochs):
        for idx in torch.randperm(len(x)).split(batch_size):
            opt.zero_grad(set_to_none=True)
            loss = model.loss(x[idx], counts[idx], exposure[idx])
            loss.backward()
            opt.step()
    return model
