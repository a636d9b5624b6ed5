# origin: https://github.com/huggingface/transformers/pull/17306
# kinds: overflow
import torch
from torch import nn


class MaskMixin:
    def causal(self, n, dtype, device):
        full = torch.full((n, n), torch.finfo(dtype).min, dtype=dtype, device=device)
        return torch.triu(full, diagonal=1)

    def padding(self, attention_mask, dtype):
        inverted = 1.0 - attention_mask[:, None, None, :].to(dtype)
        return inverted.masked_fill(inverted.bool(), torch.finfo(dtype).min)


class OPTAttention(nn.Module, MaskMixin):
    def __init__(self, embed_dim, num_heads):
        super().__init__()
        self.num_heads, self.head_dim = num_heads, embed_dim // num_heads
        self.qkv = nn.Linear(embed_dim, 3 * embed_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, hidden_states, attention_mask):
        b, n, d = hidden_states.shape
        q, k, v = self.qkv(hidden_states).view(b, n, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) * self.head_dim**-0.5
        dtype = hidden_states.dtype
        mask = self.causal(n, dtype, hidden_states.device) + self.padding(attention_mask, dtype)  #!
        mask = torch.minimum(self.causal(n, dtype, hidden_states.device), self.padding(attention_mask, dtype))  #+
        return self.out_proj((torch.softmax(scores + mask, dim=-1) @ v).transpose(1, 2).reshape(b, n, d))
