# origin: https://github.com/EleutherAI/gpt-neox/issues/1003
# kinds: precision
import torch


class RotaryEmbedding(torch.nn.Module):
    def __init__(self, dim, max_seq_len, base=10000, precision=torch.half):
        super().__init__()
        inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2).float() / dim))
        self.register_buffer("inv_freq", inv_freq, persistent=False)  #-
        self.inv_freq = inv_freq  #+
        self.seq_len_cached = None
        self.cos_cached = None
        self.sin_cached = None
        self.precision = precision
        self.max_seq_len = max_seq_len

    def forward(self, x, seq_dim=1, seq_len=None):
        if seq_len is None:
            seq_len = x.shape[seq_dim]
        assert seq_len <= self.max_seq_len
        if seq_len != self.seq_len_cached:
            self.seq_len_cached = seq_len
            t = torch.arange(seq_len, device=x.device).to(self.precision)  #!
            inv_freq = self.inv_freq.to(device=x.device, dtype=self.precision)  #!
            t = torch.arange(seq_len, device=x.device, dtype=torch.float32)  #+
            inv_freq = self.inv_freq.to(device=x.device)  #+
            freqs = torch.outer(t, inv_freq)
            emb = torch.cat((freqs, freqs), dim=-1)
            self.cos_cached = emb.cos()[None, :, None, :]  #!
            self.sin_cached = emb.sin()[None, :, None, :]  #-
            self.cos_cached = emb.cos()[None, :, None, :].to(self.precision)  #+
            self.sin_cached = emb.sin()[None, :, None, :].to(self.precision)  #+
        return self.cos_cached, self.sin_cached


def rotate_half(x):
    x1, x2 = x[..., : x.shape[-1] // 2], x[..., x.shape[-1] // 2 :]
    return torch.cat((-x2, x1), dim=-1)


def apply_rotary_pos_emb(q, k, cos, sin, offset: int = 0):
    cos = cos[:, offset : q.shape[1] + offset]
    sin = sin[:, offset : q.shape[1] + offset]
    return (q * cos) + (rotate_half(q) * sin), (k * cos) + (rotate_half(k) * sin)


class ParallelSelfAttention(torch.nn.Module):
    def __init__(self, neox_args):
        super().__init__()
        self.num_heads = neox_args.num_attention_heads
        self.head_dim = neox_args.hidden_size // self.num_heads
        self.query_key_value = torch.nn.Linear(neox_args.hidden_size, 3 * neox_args.hidden_size)
        self.rotary_ndims = int(self.head_dim * neox_args.rotary_pct)
        self.rotary_emb = RotaryEmbedding(
            self.rotary_ndims, neox_args.seq_length, neox_args.rotary_emb_base, precision=neox_args.params_dtype
        )

    def forward(self, hidden_states):
        b, s, h = hidden_states.shape
        qkv = self.query_key_value(hidden_states).view(b, s, self.num_heads, 3 * self.head_dim)
        q, k, v = qkv.chunk(3, dim=-1)
        q_rot, q_pass = q[..., : self.rotary_ndims], q[..., self.rotary_ndims :]
        k_rot, k_pass = k[..., : self.rotary_ndims], k[..., self.rotary_ndims :]
        cos, sin = self.rotary_emb(v, seq_dim=1)
        q_rot, k_rot = apply_rotary_pos_emb(q_rot, k_rot, cos, sin)
        q, k = torch.cat((q_rot, q_pass), -1), torch.cat((k_rot, k_pass), -1)
        q, k, v = (t.transpose(1, 2) for t in (q, k, v))
        ctx = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return ctx.transpose(1, 2).reshape(b, s, h)
