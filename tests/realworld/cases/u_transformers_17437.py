# origin: https://github.com/huggingface/transformers/pull/17437
# kinds: overflow domain
import torch
from torch import nn


def make_decoder_mask(attention_mask, dtype):
    """Additive causal and padding mask, [batch, 1, tgt, src]."""
    length = attention_mask.shape[1]
    causal = torch.ones(length, length, dtype=torch.bool, device=attention_mask.device).tril()
    allowed = causal[None, None] & attention_mask[:, None, None, :].bool()
    mask = torch.zeros(allowed.shape, dtype=dtype, device=attention_mask.device)
    return mask.masked_fill(~allowed, torch.finfo(dtype).min)


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

    def _split(self, tensor):
        bsz, length, _ = tensor.shape
        return tensor.view(bsz, length, self.num_heads, self.head_dim).transpose(1, 2)

    def forward(self, hidden_states, attention_mask):
        query = self._split(self.q_proj(hidden_states) * self.scaling)
        key = self._split(self.k_proj(hidden_states))
        value = self._split(self.v_proj(hidden_states))

        attn_weights = query @ key.transpose(-1, -2) + attention_mask  #!
        attn_probs = nn.functional.softmax(attn_weights, dim=-1)  #!
        attn_weights = query.float() @ key.float().transpose(-1, -2) + attention_mask.float()  #+
        attn_probs = nn.functional.softmax(attn_weights, dim=-1).to(value.dtype)  #+

        attn_output = (attn_probs @ value).transpose(1, 2).reshape(hidden_states.shape)
        return self.out_proj(attn_output)


def run(layer, hidden_states, padding_mask):
    layer = layer.half().eval()
    hidden_states = hidden_states.half()
    return layer(hidden_states, make_decoder_mask(padding_mask, hidden_states.dtype))
