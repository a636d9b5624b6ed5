# origin: https://github.com/pytorch/pytorch/issues/18287
# kinds: domain
import torch
import torch.nn as nn


def gaps_from_timestamps(times, present):
    """Hours since the previous observation of every channel.

    ``times`` is (batch, steps), ``present`` (batch, steps, channels).  Entries
    before the first observation get ``inf``.
    """
    batch, steps, channels = present.shape
    last = torch.full((batch, channels), float("-inf"), device=times.device)
    gaps = []
    for t in range(steps):
        now = times[:, t, None].expand(batch, channels)
        gaps.append(now - last)
        last = torch.where(present[:, t], now, last)
    return torch.stack(gaps, dim=1)


class GapEncoding(nn.Module):
    """Learnable periodic encoding of the time since last observation."""

    def __init__(self, channels, n_freq=8):
        super().__init__()
        self.omega = nn.Parameter(torch.logspace(-2, 1, n_freq))
        self.phase = nn.Parameter(torch.zeros(n_freq))
        self.mix = nn.Linear(channels * n_freq, channels * n_freq)

    def forward(self, gaps):
        seen = torch.isfinite(gaps).unsqueeze(-1)
        delta = gaps.unsqueeze(-1)
        delta = torch.where(seen, delta, torch.zeros_like(delta))  #+
        wave = torch.sin(delta * self.omega + self.phase)  #*
        wave = torch.where(seen, wave, torch.zeros_like(wave))
        return self.mix(wave.flatten(-2))


class ICUForecaster(nn.Module):
    def __init__(self, channels, hidden=96, n_freq=8):
        super().__init__()
        self.encoding = GapEncoding(channels, n_freq)
        self.rnn = nn.GRU(channels * (n_freq + 1), hidden, batch_first=True)
        self.head = nn.Linear(hidden, channels)

    def forward(self, values, times, present):
        gaps = gaps_from_timestamps(times, present)
        values = values * present
        feats = torch.cat([values, self.encoding(gaps)], dim=-1)
        out, _ = self.rnn(feats)
        return self.head(out)
