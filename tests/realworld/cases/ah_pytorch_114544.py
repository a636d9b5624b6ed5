# origin: https://github.com/pytorch/pytorch/issues/114544
# kinds: precision loss-scale
import torch
import torch.nn as nn


class RotaryEmbedding(nn.Module):
    def __init__(self, dim, base=10000.0):
        super().__init__()
        self.dim = dim
        self.base = base

    def forward(self, seq_len, device, dtype):
        inv_freq = 1.0 / (self.base ** (torch.arange(0, self.dim, 2, device=device).float() / self.dim))
        enumerate_tensor = torch.arange(start=0, end=seq_len, step=1, device=device, dtype=dtype)  #!
        enumerate_tensor = torch.arange(start=0, end=seq_len, step=1, device=device)  #+
        freqs = torch.outer(enumerate_tensor.float(), inv_freq)
        emb = torch.cat((freqs, freqs), dim=-1)
        return emb.cos().to(dtype), emb.sin().to(dtype)


def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)


class SelfAttention(nn.Module):
    def __init__(self, hidden=256, heads=4):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(hidden, 3 * hidden, bias=False)
        self.proj = nn.Linear(hidden, hidden, bias=False)
        self.rotary = RotaryEmbedding(hidden // heads)

    def forward(self, x):
        B, N, C = x.shape
        q, k, v = self.qkv(x).view(B, N, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        cos, sin = self.rotary(N, x.device, x.dtype)
        q = q * cos + rotate_half(q) * sin
        k = k * cos + rotate_half(k) * sin
        out = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.proj(out.transpose(1, 2).reshape(B, N, C))


if __name__ == "__main__":
    model = SelfAttention().to(torch.bfloat16)
    print(model(torch.randn(1, 2048, 256, dtype=torch.bfloat16)).shape)
