# origin: https://github.com/huggingface/transformers/pull/17306
# kinds: overflow
import math

import torch
import torch.nn as nn


def lookback_bias(length, window, dtype, device):
    """Each step is reconstructed from the ``window`` steps before it, not from itself."""
    idx = torch.arange(length, device=device)
    lag = idx[:, None] - idx[None, :]
    blocked = (lag <= 0) | (lag > window)
    return blocked  #+
    return blocked.to(dtype) * torch.finfo(dtype).min  #-


def missing_bias(observed, dtype):
    """Hides the steps that the sensor did not report; observed is (batch, length)."""
    blocked = ~observed
    return blocked[:, None, None, :]  #+
    return blocked[:, None, None, :].to(dtype) * torch.finfo(dtype).min  #-


class SensorAttention(nn.Module):
    def __init__(self, dim, heads=4, window=96):
        super().__init__()
        self.heads = heads
        self.window = window
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x, observed):
        b, t, d = x.shape
        q, k, v = (
            self.qkv(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        )
        scores = q @ k.transpose(-1, -2) / math.sqrt(d // self.heads)
        bias = lookback_bias(t, self.window, scores.dtype, x.device)
        blocked = bias | missing_bias(observed, scores.dtype)  #+
        scores = scores.masked_fill(blocked, torch.finfo(scores.dtype).min)  #+
        scores = scores + bias + missing_bias(observed, scores.dtype)  #!
        out = scores.softmax(dim=-1) @ v
        return self.proj(out.transpose(1, 2).reshape(b, t, d))


class Imputer(nn.Module):
    def __init__(self, n_channels, dim=64, depth=2):
        super().__init__()
        self.embed = nn.Linear(n_channels, dim)
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(depth))
        self.layers = nn.ModuleList(SensorAttention(dim) for _ in range(depth))
        self.head = nn.Linear(dim, n_channels)

    def forward(self, x, observed):
        h = self.embed(x)
        for norm, layer in zip(self.norms, self.layers):
            h = h + layer(norm(h), observed)
        return self.head(h)


def load_for_serving(path, n_channels):
    model = Imputer(n_channels)
    model.load_state_dict(torch.load(path, map_location="cpu"))
    return model.half().cuda().eval()
