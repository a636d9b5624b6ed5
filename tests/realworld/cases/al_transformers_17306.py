# origin: https://github.com/huggingface/transformers/pull/17306
# kinds: overflow domain
from typing import Optional

import torch
from torch import nn


class DecoderSelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embed_dim = config.hidden_size
        self.num_heads = config.num_heads
        self.head_dim = self.embed_dim // self.num_heads
        n = config.max_position_embeddings
        self.register_buffer(
            "causal", torch.tril(torch.ones(n, n, dtype=torch.bool)).view(1, 1, n, n), persistent=False
        )
        self.qkv = nn.Linear(self.embed_dim, 3 * self.embed_dim)
        self.out_proj = nn.Linear(self.embed_dim, self.embed_dim)

    def _split_heads(self, tensor):
        b, t, _ = tensor.shape
        return tensor.view(b, t, self.num_heads, self.head_dim).transpose(1, 2)

    def _attn(self, query, key, value, attention_mask: Optional[torch.Tensor] = None):
        t = query.size(-2)
        attn_weights = torch.matmul(query * self.head_dim**-0.5, key.transpose(-1, -2))
        mask_value = torch.finfo(attn_weights.dtype).min
        keep = self.causal[:, :, :t, :t]
        if attention_mask is None:
            attn_weights = attn_weights.masked_fill(~keep, mask_value)
        else:
            causal_bias = (~keep).to(attn_weights.dtype) * mask_value  #-
            attn_weights = attn_weights + causal_bias + attention_mask  #!
            keep = keep & (attention_mask == 0)  #+
            attn_weights = attn_weights.masked_fill(~keep, mask_value)  #+
        attn_weights = nn.functional.softmax(attn_weights, dim=-1)
        return torch.matmul(attn_weights, value)

    def forward(self, hidden_states, attention_mask=None):
        query, key, value = self.qkv(hidden_states).chunk(3, dim=-1)
        out = self._attn(
            self._split_heads(query), self._split_heads(key), self._split_heads(value), attention_mask
        )
        out = out.transpose(1, 2).reshape(hidden_states.shape)
        return self.out_proj(out)


class DecoderModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList([DecoderSelfAttention(config) for _ in range(config.num_layers)])
        self.ln_f = nn.LayerNorm(config.hidden_size)

    @property
    def dtype(self):
        return self.wte.weight.dtype

    def forward(self, input_ids, attention_mask=None):
        hidden_states = self.wte(input_ids)
        if attention_mask is not None:
            attention_mask = attention_mask[:, None, None, :].to(self.dtype)
            attention_mask = (1.0 - attention_mask) * torch.finfo(self.dtype).min
        for layer in self.layers:
            hidden_states = hidden_states + layer(hidden_states, attention_mask)
        return self.ln_f(hidden_states)


def load_half(config, state_dict):
    model = DecoderModel(config)
    model.load_state_dict(state_dict)
    return model.half().eval()
