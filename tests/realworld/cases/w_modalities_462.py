# origin: https://github.com/Modalities/modalities/pull/462
# kinds: precision
import torch
import torch.nn as nn


class RotaryTransform(nn.Module):
    def __init__(self, n_embd, n_head, seq_length_dim=-2, base_freq=10000):
        super().__init__()
        self.seq_length_dim = seq_length_dim
        dim = n_embd // n_head
        inv_freq = 1.0 / (base_freq ** (torch.arange(0, dim, 2).float() / dim))
        self.register_buffer("inv_freq", inv_freq, persistent=False)
        self._seq_len_cached = None

    def rotate_half(self, x):
        x1, x2 = x.chunk(2, dim=-1)
        return torch.cat((-x2, x1), dim=-1)

    def _update_cos_sin_tables(self, x):
        seq_len = x.shape[self.seq_length_dim]
        if seq_len != self._seq_len_cached:
            self._seq_len_cached = seq_len
            t = torch.arange(seq_len, device=x.device, dtype=torch.float32)
            freqs = torch.einsum("i,j->ij", t.to(x.dtype), self.inv_freq.to(x.dtype))  #!
            freqs = torch.outer(t, self.inv_freq)  #+
            emb = torch.cat((freqs, freqs), dim=-1)
            self._cos_cached = emb.cos()[None, None, :, :].to(x.dtype)
            self._sin_cached = emb.sin()[None, None, :, :].to(x.dtype)
        return self._cos_cached, self._sin_cached

    def forward(self, q, k, v):
        cos, sin = self._update_cos_sin_tables(k)
        q = q * cos + self.rotate_half(q) * sin
        k = k * cos + self.rotate_half(k) * sin
        return q, k, v


class Attention(nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        self.n_head = n_head
        self.qkv = nn.Linear(n_embd, 3 * n_embd, bias=False, dtype=torch.bfloat16)
        self.rotary = RotaryTransform(n_embd, n_head)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = self.qkv(x.to(torch.bfloat16)).view(b, t, 3, self.n_head, -1).permute(2, 0, 3, 1, 4)
        q, k, v = self.rotary(q, k, v)
        y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return y.transpose(1, 2).reshape(b, t, c)
