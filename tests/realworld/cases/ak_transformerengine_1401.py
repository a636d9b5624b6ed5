# origin: https://github.com/NVIDIA/TransformerEngine/pull/1401
# kinds: cancellation
import math

import torch
import torch.nn as nn


class PowerAllocator(nn.Module):
    """Learns transmit powers of interfering low-power wide-area links."""

    def __init__(self, n_links, hidden=128, p_max=0.025):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(n_links * n_links, hidden), nn.ReLU(),
            nn.Linear(hidden, hidden), nn.ReLU(),
            nn.Linear(hidden, n_links), nn.Sigmoid(),
        )
        self.p_max = p_max

    def forward(self, gain_db):
        x = (gain_db + 100.0) / 30.0
        return self.p_max * self.net(x.flatten(1))


def spectral_efficiency(power, gain, noise):
    """Bits per second and Hz of every link; ``gain`` is (batch, rx, tx)."""
    received = gain * power.unsqueeze(1)
    wanted = received.diagonal(dim1=1, dim2=2)
    interference = received.sum(-1) - wanted
    sinr = wanted / (interference.clamp(min=0.0) + noise)
    return torch.log2(1.0 + sinr)  #!
    return torch.log1p(sinr) / math.log(2.0)  #+


def train(model, sampler, steps=5000, lr=1e-3, noise_dbm=-100.0, bandwidth=125e3):
    noise = 10 ** (noise_dbm / 10) * 1e-3
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    for step in range(steps):
        gain_db = sampler()
        power = model(gain_db)
        rate = bandwidth * spectral_efficiency(power, 10 ** (gain_db / 10), noise)
        loss = -rate.sum(-1).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 500 == 0:
            print(f"{step:6d}  sum rate {-loss.item():.3f} bit/s")
    return model
