# origin: https://github.com/NVIDIA/Megatron-LM/issues/535
# kinds: precision
import torch
from torch import einsum, nn


class RotaryEmbedding(nn.Module):
    def __init__(self, dim, seq_len_interpolation_factor=None, params_dtype=torch.float16):
        super().__init__()
        self.seq_len_interpolation_factor = seq_len_interpolation_factor
        inv_freq = 1.0 / (10000 ** (torch.arange(0, dim, 2).float() / dim))
        self.register_buffer("inv_freq", inv_freq.to(torch.float16), persistent=False)  #!
        self.register_buffer("inv_freq", inv_freq, persistent=False)  #+
        self.params_dtype = params_dtype

    def forward(self, max_seq_len, offset=0):
        seq = torch.arange(max_seq_len, device=self.inv_freq.device) + offset
        seq = seq.type_as(self.inv_freq)  #!
        seq = seq.type_as(self.inv_freq)  #+
        if self.seq_len_interpolation_factor is not None:
            seq = seq * (1 / self.seq_len_interpolation_factor)
        freqs = einsum("i , j -> i j", seq, self.inv_freq)  #!
        freqs = einsum("i , j -> i j", seq, self.inv_freq)  #+
        emb = torch.cat((freqs, freqs), dim=-1)
        return emb[:, None, None, :]


def _rotate_half(x):
    x1, x2 = torch.chunk(x, 2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)


def apply_rotary_pos_emb(t, freqs):
    rot_dim = freqs.shape[-1]
    t, t_pass = t[..., :rot_dim], t[..., rot_dim:]
    cos = freqs.cos().to(t.dtype)
    sin = freqs.sin().to(t.dtype)
    t = t * cos + _rotate_half(t) * sin
    return torch.cat((t, t_pass), dim=-1)


class LongContextAttention(nn.Module):
    def __init__(self, hidden, heads, max_seq_len=32768):
        super().__init__()
        self.heads = heads
        self.max_seq_len = max_seq_len
        self.qkv = nn.Linear(hidden, 3 * hidden).half()
        self.rotary = RotaryEmbedding(hidden // heads)

    def rotate_queries_and_keys(self, hidden_states):
        s, b, _ = hidden_states.shape
        q, k, v = self.qkv(hidden_states).view(s, b, self.heads, -1).chunk(3, dim=-1)
        freqs = self.rotary(self.max_seq_len)[:s]
        return apply_rotary_pos_emb(q, freqs), apply_rotary_pos_emb(k, freqs), v
