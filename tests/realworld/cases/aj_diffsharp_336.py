# origin: https://github.com/DiffSharp/DiffSharp/issues/336
# kinds: cancellation domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def rolling_mean(x, window):
    """Causal rolling mean over the last axis of (batch, channels, time)."""
    x = F.pad(x, (window - 1, 0), mode="replicate")
    return F.avg_pool1d(x, window, stride=1)


def rolling_std(x, window):
    mean = rolling_mean(x, window)
    var = rolling_mean(x * x, window) - mean * mean  #!
    return torch.sqrt(var)  #-
    padded = F.pad(x, (window - 1, 0), mode="replicate")  #+
    dev = padded.unfold(-1, window, 1) - mean.unsqueeze(-1)  #+
    return dev.square().mean(dim=-1).sqrt()  #+


class BollingerFeatures(nn.Module):
    """Rolling mean, band width and z-score of each instrument's closing price."""

    def __init__(self, windows=(5, 20, 60), band=2.0, eps=1e-4):
        super().__init__()
        self.windows = windows
        self.band = band
        self.eps = eps

    @torch.no_grad()
    def forward(self, close):
        feats = []
        for w in self.windows:
            mean = rolling_mean(close, w)
            std = rolling_std(close, w)
            feats.append(close / mean - 1.0)
            feats.append(2.0 * self.band * std / mean)
            feats.append((close - mean) / (std + self.eps))
        return torch.cat(feats, dim=1)


class SignalNet(nn.Module):
    def __init__(self, n_instruments, hidden=64):
        super().__init__()
        self.features = BollingerFeatures()
        n_in = 3 * len(self.features.windows) * n_instruments
        self.gru = nn.GRU(n_in, hidden, batch_first=True)
        self.head = nn.Linear(hidden, n_instruments)

    def forward(self, close):
        x = self.features(close.float()).transpose(1, 2)
        h, _ = self.gru(x)
        return torch.tanh(self.head(h[:, -1]))
