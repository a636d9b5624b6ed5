# origin: https://github.com/berceanu/openPMD-resampler/pull/3
# kinds: cancellation precision
import torch
from torch import nn


class StreamingScaler(nn.Module):
    """Collects feature statistics batch by batch and standardises with them."""

    def __init__(self, n_features, floor=1e-6):
        super().__init__()
        self.floor = floor
        self.register_buffer("count", torch.zeros(()))
        self.register_buffer("total", torch.zeros(n_features))  #-
        self.register_buffer("total_sq", torch.zeros(n_features))  #-
        self.register_buffer("center", torch.zeros(n_features, dtype=torch.float64))  #+
        self.register_buffer("m2", torch.zeros(n_features, dtype=torch.float64))  #+

    @torch.no_grad()
    def observe(self, x):
        x = x.reshape(-1, x.shape[-1])
        self.total += x.sum(0)  #-
        self.total_sq += (x * x).sum(0)  #-
        x = x.double()  #+
        n = self.count.double() + len(x)  #+
        shift = x.mean(0) - self.center  #+
        self.m2 += (x - x.mean(0)).square().sum(0)  #+
        self.m2 += shift.square() * self.count.double() * len(x) / n  #+
        self.center += shift * len(x) / n  #+
        self.count += len(x)

    def mean(self):
        return self.total / self.count  #-
        return self.center  #+

    def std(self):
        var = self.total_sq / self.count - self.mean() ** 2  #!
        var = self.m2 / self.count  #+
        return var.clamp_min(self.floor).sqrt()

    def forward(self, x):
        z = (x - self.mean()) / self.std()
        return z.float()


class TrajectoryNet(nn.Module):
    """Predicts the next fix from UTM easting, northing, altitude and speed."""

    def __init__(self, n_features=4, hidden=64):
        super().__init__()
        self.scaler = StreamingScaler(n_features)
        self.rnn = nn.GRU(n_features, hidden, batch_first=True)
        self.out = nn.Linear(hidden, n_features)

    def forward(self, fixes):
        z = self.scaler(fixes)
        h, _ = self.rnn(z[:, :-1])
        return self.out(h), z[:, 1:]


def warm_up(model, loader):
    for fixes in loader:
        model.scaler.observe(fixes)
    return model
