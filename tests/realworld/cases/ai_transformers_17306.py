# origin: https://github.com/huggingface/transformers/pull/17306
# kinds: overflow
import torch
from torch import nn


def _make_causal_mask(input_ids_shape, dtype, device):
    bsz, tgt_len = input_ids_shape
    mask = torch.full((tgt_len, tgt_len), torch.finfo(dtype).min, device=device)
    mask_cond = torch.arange(mask.size(-1), device=device)
    mask.masked_fill_(mask_cond < (mask_cond + 1).view(mask.size(-1), 1), 0)
    return mask.to(dtype)[None, None, :, :].expand(bsz, 1, tgt_len, tgt_len)


def _expand_mask(mask, dtype, tgt_len=None):
    bsz, src_len = mask.size()
    tgt_len = tgt_len if tgt_len is not None else src_len
    expanded = mask[:, None, None, :].expand(bsz, 1, tgt_len, src_len).to(dtype)
    inverted = 1.0 - expanded
    return inverted.masked_fill(inverted.bool(), torch.finfo(dtype).min)


class OPTAttention(nn.Module):
    def __init__(self, embed_dim, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = embed_dim // num_heads
        self.scaling = self.head_dim ** -0.5
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, embed_dim)
        self.v_proj = nn.Linear(embed_dim, embed_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def _shape(self, t, bsz):
        return t.view(bsz, -1, self.num_heads, self.head_dim).transpose(1, 2)

    def forward(self, hidden_states, attention_mask=None):
        bsz, tgt_len, dim = hidden_states.shape
        q = self._shape(self.q_proj(hidden_states) * self.scaling, bsz)
        k = self._shape(self.k_proj(hidden_states), bsz)
        v = self._shape(self.v_proj(hidden_states), bsz)
        attn_weights = torch.matmul(q, k.transpose(-1, -2))
        if attention_mask is not None:
            attn_weights = attn_weights + attention_mask  #!
            attn_weights = torch.max(  #+
                attn_weights + attention_mask, torch.tensor(torch.finfo(attn_weights.dtype).min)  #+
            )  #+
        attn_probs = nn.functional.softmax(attn_weights, dim=-1)
        out = torch.matmul(attn_probs, v).transpose(1, 2).reshape(bsz, tgt_len, dim)
        return self.out_proj(out)


def prepare_decoder_attention_mask(attention_mask, inputs_embeds):
    input_shape = inputs_embeds.shape[:2]
    dtype = inputs_embeds.dtype
    causal = _make_causal_mask(input_shape, dtype, inputs_embeds.device)
    expanded = _expand_mask(attention_mask, dtype, tgt_len=input_shape[-1])
    return expanded + causal  #!
    return torch.minimum(expanded, causal)  #+
