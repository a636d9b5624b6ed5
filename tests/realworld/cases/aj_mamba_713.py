# origin: https://github.com/state-spaces/mamba/pull/713
# kinds: overflow domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def decay_matrix(log_decay):
    """Lower-triangular products of the decays: out[t, s] = prod_{s < r <= t} a_r.

    log_decay: (batch, heads, time), all entries <= 0.
    """
    t = log_decay.shape[-1]
    csum = log_decay.cumsum(dim=-1)
    diff = csum.unsqueeze(-1) - csum.unsqueeze(-2)
    causal = torch.ones(t, t, device=diff.device, dtype=diff.dtype).tril()
    return diff.exp() * causal  #!
    return diff.clamp(max=0.0).exp() * causal  #+


class DecayedLinearAttention(nn.Module):
    """Parallel (quadratic) form; the recurrent form is used for streaming."""

    def __init__(self, dim, heads=4):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.gate = nn.Linear(dim, heads)
        self.out = nn.Linear(dim, dim, bias=False)

    def split(self, x):
        b, t, d = x.shape
        return x.view(b, t, self.heads, d // self.heads).transpose(1, 2)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = (self.split(y) for y in self.qkv(x).chunk(3, dim=-1))
        log_decay = F.logsigmoid(self.gate(x)).transpose(1, 2)
        scores = (q @ k.transpose(-1, -2)) * (d // self.heads) ** -0.5
        y = (scores * decay_matrix(log_decay)) @ v
        return self.out(y.transpose(1, 2).reshape(b, t, d))


class LoadForecaster(nn.Module):
    def __init__(self, n_features, dim=64, depth=2, horizon=24):
        super().__init__()
        self.inp = nn.Linear(n_features, dim)
        self.layers = nn.ModuleList(DecayedLinearAttention(dim) for _ in range(depth))
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(depth))
        self.head = nn.Linear(dim, horizon)

    def forward(self, series):
        h = self.inp(series)
        for norm, layer in zip(self.norms, self.layers):
            h = h + layer(norm(h))
        return self.head(h[:, -1])
