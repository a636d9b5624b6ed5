# origin: https://github.com/EleutherAI/gpt-neox/issues/1003
# kinds: precision
import torch


class RotaryEmbedding(torch.nn.Module):
    def __init__(self, dim, base=10000, precision=torch.half):
        super().__init__()
        inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2).float() / dim))  #-
        self.register_buffer("inv_freq", inv_freq)  #-
        self.dim = dim  #+
        self.base = base  #+
        self.seq_len_cached = None
        self.cos_cached = None
        self.sin_cached = None
        self.precision = precision

    def forward(self, x, seq_dim=1, seq_len=None):
        if seq_len is None:
            seq_len = x.shape[seq_dim]
        if seq_len != self.seq_len_cached:
            self.seq_len_cached = seq_len
            t = torch.arange(seq_len, device=x.device, dtype=self.inv_freq.dtype)  #!
            freqs = torch.einsum("i,j->ij", t, self.inv_freq)  #!
            t = torch.arange(seq_len, device=x.device, dtype=torch.float32)  #+
            steps = torch.arange(0, self.dim, 2, device=x.device, dtype=torch.float32)  #+
            freqs = torch.outer(t, 1.0 / (self.base ** (steps / self.dim)))  #+
            emb = torch.cat((freqs, freqs), dim=-1)
            self.cos_cached = emb.cos()[:, None, None, :].to(self.precision)
            self.sin_cached = emb.sin()[:, None, None, :].to(self.precision)
        return self.cos_cached, self.sin_cached


def rotate_half(x):
    x1, x2 = x[..., : x.shape[-1] // 2], x[..., x.shape[-1] // 2:]
    return torch.cat((-x2, x1), dim=-1)


def apply_rotary_pos_emb(q, k, cos, sin, offset: int = 0):
    cos, sin = cos[offset:q.shape[0] + offset], sin[offset:q.shape[0] + offset]
    return (q * cos) + (rotate_half(q) * sin), (k * cos) + (rotate_half(k) * sin)


class ParallelSelfAttention(torch.nn.Module):
    def __init__(self, hidden, heads):
        super().__init__()
        self.heads = heads
        self.query_key_value = torch.nn.Linear(hidden, 3 * hidden)
        self.rotary_emb = RotaryEmbedding(hidden // heads, precision=torch.half)

    def forward(self, hidden_states):
        sq, b, h = hidden_states.shape
        qkv = self.query_key_value(hidden_states).view(sq, b, self.heads, -1)
        q, k, v = qkv.chunk(3, dim=-1)
        cos, sin = self.rotary_emb(v, seq_dim=0)
        q, k = apply_rotary_pos_emb(q, k, cos, sin)
        q, k, v = (t.permute(1, 2, 0, 3) for t in (q, k, v))
        out = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return out.permute(2, 0, 1, 3).reshape(sq, b, h)


def get_model(hidden=1024, heads=16):
    return ParallelSelfAttention(hidden, heads).half()
