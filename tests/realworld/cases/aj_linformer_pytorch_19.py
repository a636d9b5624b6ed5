# origin: https://github.com/tatp22/linformer-pytorch/pull/19
# kinds: overflow precision
import torch
import torch.nn.functional as F
from torch import nn


class NeighbourAttention(nn.Module):
    """Attention of every node over a fixed size, padded neighbour list."""

    def __init__(self, dim, heads=4, dropout=0.0):
        super().__init__()
        assert dim % heads == 0
        self.heads = heads
        self.head_dim = dim // heads
        self.q = nn.Linear(dim, dim)
        self.kv = nn.Linear(dim, 2 * dim)
        self.out = nn.Linear(dim, dim)
        self.dropout = dropout

    def _bias(self, present, dtype):
        keep = present[:, :, None].to(dtype)
        neg = torch.tensor(-1e10).to(device=keep.device, dtype=dtype)  #!
        return (1.0 - keep) * neg  #-
        neg = torch.finfo(dtype).min / 2  #+
        return torch.zeros_like(keep).masked_fill(keep == 0, neg)  #+

    def forward(self, x, neighbours, present):
        # x: (N, D); neighbours: (N, K) indices; present: (N, K) bool
        n, k = neighbours.shape
        q = self.q(x).view(n, 1, self.heads, self.head_dim)
        key, value = self.kv(x)[neighbours].chunk(2, dim=-1)
        key = key.view(n, k, self.heads, self.head_dim)
        value = value.view(n, k, self.heads, self.head_dim)

        score = (q * self.head_dim**-0.5 * key).sum(-1)
        attn = torch.softmax(score + self._bias(present, score.dtype), dim=1)
        attn = F.dropout(attn, self.dropout, self.training)
        out = (attn.unsqueeze(-1) * value).sum(1).reshape(n, -1)
        return x + self.out(out)


@torch.inference_mode()
def embed_nodes(layers, features, neighbours, present, dtype=torch.float16):
    h = features.to(dtype)
    for layer in layers:
        h = layer.to(dtype).eval()(h, neighbours, present)
    return F.normalize(h.float(), dim=-1)
