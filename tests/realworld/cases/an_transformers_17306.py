# origin: https://github.com/huggingface/transformers/pull/17306
# kinds: overflow domain
from typing import Optional

import torch
from torch import nn


def _make_causal_mask(input_ids_shape: torch.Size, dtype: torch.dtype, device: torch.device):
    bsz, tgt_len = input_ids_shape
    mask = torch.full((tgt_len, tgt_len), torch.finfo(dtype).min, dtype=dtype, device=device)
    mask_cond = torch.arange(mask.size(-1), device=device)
    mask.masked_fill_(mask_cond < (mask_cond + 1).view(mask.size(-1), 1), 0)
    return mask[None, None, :, :].expand(bsz, 1, tgt_len, tgt_len)


def _expand_mask(mask: torch.Tensor, dtype: torch.dtype, tgt_len: Optional[int] = None):
    bsz, src_len = mask.size()
    tgt_len = tgt_len if tgt_len is not None else src_len
    inverted_mask = 1.0 - mask[:, None, None, :].expand(bsz, 1, tgt_len, src_len).to(dtype)
    return inverted_mask.masked_fill(inverted_mask.to(torch.bool), torch.finfo(dtype).min)


class DecoderAttention(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = embed_dim // num_heads
        self.scaling = self.head_dim**-0.5
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, embed_dim)
        self.v_proj = nn.Linear(embed_dim, embed_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def _shape(self, tensor: torch.Tensor, bsz: int):
        return tensor.view(bsz, -1, self.num_heads, self.head_dim).transpose(1, 2)

    def forward(self, hidden_states: torch.Tensor, attention_mask: Optional[torch.Tensor] = None):
        bsz, tgt_len, embed_dim = hidden_states.size()
        query = self._shape(self.q_proj(hidden_states) * self.scaling, bsz)
        key = self._shape(self.k_proj(hidden_states), bsz)
        value = self._shape(self.v_proj(hidden_states), bsz)
        attn_weights = query @ key.transpose(-1, -2)
        if attention_mask is not None:
            attn_weights = attn_weights + attention_mask  #!
            attn_weights = (attn_weights + attention_mask).clamp(min=torch.finfo(attn_weights.dtype).min)  #+
        attn_probs = nn.functional.softmax(attn_weights, dim=-1)
        attn_output = (attn_probs @ value).transpose(1, 2).reshape(bsz, tgt_len, embed_dim)
        return self.out_proj(attn_output)


class Decoder(nn.Module):
    def __init__(self, vocab_size: int, embed_dim: int, num_heads: int, num_layers: int):
        super().__init__()
        self.embed_tokens = nn.Embedding(vocab_size, embed_dim)
        self.layers = nn.ModuleList(DecoderAttention(embed_dim, num_heads) for _ in range(num_layers))

    def _prepare_decoder_attention_mask(self, attention_mask, inputs_embeds):
        input_shape = inputs_embeds.size()[:-1]
        dtype = inputs_embeds.dtype
        combined_mask = _make_causal_mask(input_shape, dtype, inputs_embeds.device)
        if attention_mask is not None:
            expanded_mask = _expand_mask(attention_mask, dtype, tgt_len=input_shape[-1])
            combined_mask = expanded_mask + combined_mask  #!
            combined_mask = torch.minimum(expanded_mask, combined_mask)  #+
        return combined_mask

    def forward(self, input_ids: torch.LongTensor, attention_mask: Optional[torch.Tensor] = None):
        hidden_states = self.embed_tokens(input_ids)
        mask = self._prepare_decoder_attention_mask(attention_mask, hidden_states)
        for layer in self.layers:
            hidden_states = hidden_states + layer(hidden_states, mask)
        return hidden_states


def load_for_inference(config: dict) -> Decoder:
    return Decoder(**config).to(torch.float16).eval()
