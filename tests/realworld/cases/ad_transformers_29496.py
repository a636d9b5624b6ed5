# origin: https://github.com/huggingface/transformers/issues/29496
# kinds: precision loss-scale
import torch
from torch import nn


class MistralRotaryEmbedding(nn.Module):
    def __init__(self, dim, max_position_embeddings=2048, base=10000, device=None):
        super().__init__()

        self.dim = dim
        self.max_position_embeddings = max_position_embeddings
        self.base = base
        inv_freq = 1.0 / (self.base ** (torch.arange(0, self.dim, 2, dtype=torch.int64).float().to(device) / self.dim))
        self.register_buffer("inv_freq", inv_freq, persistent=False)  #!

        # Build here to make `torch.jit.trace` work.
        self._set_cos_sin_cache(
            seq_len=max_position_embeddings, device=inv_freq.device, dtype=torch.get_default_dtype()
        )

    def _set_cos_sin_cache(self, seq_len, device, dtype):
        self.max_seq_len_cached = seq_len
        t = torch.arange(self.max_seq_len_cached, device=device, dtype=torch.int64).type_as(self.inv_freq)  #!
        freqs = torch.outer(t, self.inv_freq)  #!
        steps = torch.arange(0, self.dim, 2, device=device, dtype=torch.float32)  #+
        inv_freq = 1.0 / (self.base ** (steps / self.dim))  #+
        t = torch.arange(self.max_seq_len_cached, device=device, dtype=torch.float32)  #+
        freqs = torch.outer(t, inv_freq)  #+
        # Different from paper, but it uses a different permutation in order to obtain the same calculation
        emb = torch.cat((freqs, freqs), dim=-1)
        self.register_buffer("cos_cached", emb.cos().to(dtype), persistent=False)
        self.register_buffer("sin_cached", emb.sin().to(dtype), persistent=False)

    def forward(self, x, seq_len=None):
        # x: [bs, num_attention_heads, seq_len, head_size]
        if seq_len > self.max_seq_len_cached:
            self._set_cos_sin_cache(seq_len=seq_len, device=x.device, dtype=x.dtype)
        return self.cos_cached[:seq_len].to(dtype=x.dtype), self.sin_cached[:seq_len].to(dtype=x.dtype)


def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)


class MistralAttention(nn.Module):
    def __init__(self, hidden_size=64, num_heads=2, max_position_embeddings=128):
        super().__init__()
        self.num_heads, self.head_dim = num_heads, hidden_size // num_heads
        self.qkv_proj = nn.Linear(hidden_size, 3 * hidden_size, bias=False)
        self.o_proj = nn.Linear(hidden_size, hidden_size, bias=False)
        self.rotary_emb = MistralRotaryEmbedding(self.head_dim, max_position_embeddings)

    def forward(self, hidden_states):
        b, s, h = hidden_states.shape
        qkv = self.qkv_proj(hidden_states).view(b, s, 3, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        cos, sin = self.rotary_emb(v, seq_len=s)
        q, k = q * cos + rotate_half(q) * sin, k * cos + rotate_half(k) * sin
        out = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o_proj(out.transpose(1, 2).reshape(b, s, h))


if __name__ == "__main__":
    layer = MistralAttention().to(torch.bfloat16)
    x = torch.randn(1, 4096, 64, dtype=torch.bfloat16)
    print(layer(x).float().std())
