# origin: https://github.com/nkalyanv99/UNI-D2/pull/6
# kinds: precision
import torch
import torch.nn as nn


class RotaryEmbedding(nn.Module):
    def __init__(self, dim, base=10000):
        super().__init__()
        self.dim = dim
        self.base = base
        inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2).float() / dim))  #-
        self.register_buffer("inv_freq", inv_freq)  #-

    def forward(self, x):
        seq_len = x.shape[1]
        t = torch.arange(seq_len, device=x.device).type_as(self.inv_freq)  #!
        freqs = torch.einsum("i,j->ij", t, self.inv_freq)  #!
        t = torch.arange(seq_len, device=x.device, dtype=torch.float32)  #+
        steps = torch.arange(0, self.dim, 2, device=x.device, dtype=torch.float32)  #+
        freqs = torch.outer(t, 1.0 / (self.base ** (steps / self.dim)))  #+
        emb = torch.cat((freqs, freqs), dim=-1)
        return emb.cos().to(x.dtype), emb.sin().to(x.dtype)


def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)


def apply_rotary(q, cos, sin):
    return q * cos[None, :, None, :] + rotate_half(q) * sin[None, :, None, :]


class Block(nn.Module):
    def __init__(self, dim, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.rotary = RotaryEmbedding(dim // n_heads)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x):
        b, s, d = x.shape
        cos, sin = self.rotary(x)
        q, k, v = self.qkv(x).view(b, s, 3, self.n_heads, -1).unbind(2)
        q, k = apply_rotary(q, cos, sin), apply_rotary(k, cos, sin)
        q, k, v = (m.transpose(1, 2) for m in (q, k, v))
        attended = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.out(attended.transpose(1, 2).reshape(b, s, d))


def load(dim, n_heads):
    return Block(dim, n_heads).to(torch.bfloat16)
