# origin: https://github.com/huggingface/transformers/issues/25681
# kinds: precision
import torch
import torch.nn as nn


class LlamaRotaryEmbedding(nn.Module):
    def __init__(self, dim, max_position_embeddings=2048, base=10000, device=None):
        super().__init__()
        inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2, device=device).float() / dim))
        self.inv_freq = inv_freq
        self._set_cos_sin_cache(max_position_embeddings, device, torch.get_default_dtype())

    def _set_cos_sin_cache(self, seq_len, device, dtype):
        self.max_seq_len_cached = seq_len
        t = torch.arange(seq_len, device=device, dtype=dtype)  #!
        freqs = torch.outer(t, self.inv_freq.to(device=t.device, dtype=dtype))  #!
        t = torch.arange(seq_len, device=device, dtype=torch.float32)  #+
        freqs = torch.outer(t, self.inv_freq.to(t.device))  #+
        emb = torch.cat((freqs, freqs), dim=-1)
        self.register_buffer("cos_cached", emb.cos().to(dtype), persistent=False)
        self.register_buffer("sin_cached", emb.sin().to(dtype), persistent=False)

    def forward(self, x, seq_len):
        if seq_len > self.max_seq_len_cached:
            self._set_cos_sin_cache(seq_len, x.device, x.dtype)
        return self.cos_cached[:seq_len].to(x.dtype), self.sin_cached[:seq_len].to(x.dtype)


def rotate_half(x):
    half = x.shape[-1] // 2
    return torch.cat((-x[..., half:], x[..., :half]), dim=-1)


def apply_rotary_pos_emb(q, k, cos, sin, position_ids):
    cos = cos[position_ids].unsqueeze(1)
    sin = sin[position_ids].unsqueeze(1)
    return q * cos + rotate_half(q) * sin, k * cos + rotate_half(k) * sin


def load_rotary(config, dtype=torch.bfloat16):
    previous = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        return LlamaRotaryEmbedding(config.head_dim, config.max_position_embeddings)
    finally:
        torch.set_default_dtype(previous)
