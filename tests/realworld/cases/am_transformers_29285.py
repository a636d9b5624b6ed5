# origin: https://github.com/huggingface/transformers/pull/29285
# kinds: precision
from typing import Optional, Tuple

import torch
from torch import nn


class LlamaConfig:
    hidden_size = 256
    num_attention_heads = 4
    rope_theta = 10000.0
    max_position_embeddings = 32768


class LlamaRotaryEmbedding(nn.Module):
    def __init__(self, dim, max_position_embeddings=2048, base=10000, scaling_factor=1.0):
        super().__init__()
        self.scaling_factor = scaling_factor
        self.max_position_embeddings = max_position_embeddings
        inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2, dtype=torch.int64).float() / dim))
        self.register_buffer("inv_freq", inv_freq, persistent=False)

    @torch.no_grad()
    def forward(self, x, position_ids):
        inv_freq_expanded = self.inv_freq[None, :, None].float().expand(position_ids.shape[0], -1, 1)
        position_ids_expanded = position_ids[:, None, :].float()
        device_type = x.device.type  #+
        with torch.autocast(device_type=device_type, enabled=False):  #+
            freqs = inv_freq_expanded.float() @ position_ids_expanded.float()  #+
            freqs = freqs.transpose(1, 2) / self.scaling_factor  #+
        freqs = (inv_freq_expanded @ position_ids_expanded).transpose(1, 2)  #!
        freqs = freqs / self.scaling_factor  #-
        emb = torch.cat((freqs, freqs), dim=-1)
        return emb.cos().to(dtype=x.dtype), emb.sin().to(dtype=x.dtype)


def rotate_half(x):
    half = x.shape[-1] // 2
    return torch.cat((-x[..., half:], x[..., :half]), dim=-1)


class LlamaAttention(nn.Module):
    def __init__(self, config: LlamaConfig):
        super().__init__()
        self.num_heads = config.num_attention_heads
        self.head_dim = config.hidden_size // self.num_heads
        self.qkv_proj = nn.Linear(config.hidden_size, 3 * config.hidden_size, bias=False)
        self.o_proj = nn.Linear(config.hidden_size, config.hidden_size, bias=False)
        self.rotary_emb = LlamaRotaryEmbedding(self.head_dim, config.max_position_embeddings, config.rope_theta)

    def forward(self, hidden_states: torch.Tensor, position_ids: Optional[torch.LongTensor] = None) -> torch.Tensor:
        bsz, q_len, _ = hidden_states.size()
        if position_ids is None:
            position_ids = torch.arange(q_len, device=hidden_states.device).unsqueeze(0)
        shape = (bsz, q_len, self.num_heads, self.head_dim)
        q, k, v = (t.view(shape).transpose(1, 2) for t in self.qkv_proj(hidden_states).chunk(3, dim=-1))
        cos, sin = (t.unsqueeze(1) for t in self.rotary_emb(v, position_ids))
        q = q * cos + rotate_half(q) * sin
        k = k * cos + rotate_half(k) * sin
        out = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o_proj(out.transpose(1, 2).reshape(bsz, q_len, -1))


def train_step(model, batch: Tuple[torch.Tensor, torch.Tensor], optimizer):
    inputs, target = batch
    with torch.autocast(device_type=inputs.device.type, dtype=torch.bfloat16):
        out = model(inputs)
    loss = nn.functional.mse_loss(out.float(), target)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.detach()
