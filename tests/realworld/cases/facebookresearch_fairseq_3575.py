# origin: https://github.com/facebookresearch/fairseq/issues/3575
# kinds: overflow precision
import torch
from torch import nn


class TransformerEncoderLayer(nn.Module):
    def __init__(self, embed_dim, heads):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(embed_dim, heads)
        self.norm = nn.LayerNorm(embed_dim)

    def forward(self, x, encoder_padding_mask, attn_mask=None):
        if attn_mask is not None:
            attn_mask = attn_mask.masked_fill(attn_mask.to(torch.bool), -1e8)  #!
            attn_mask = attn_mask.masked_fill(attn_mask.to(torch.bool), -1e4)  #+
        residual = x
        x, _ = self.self_attn(query=x, key=x, value=x, key_padding_mask=encoder_padding_mask, attn_mask=attn_mask)
        return self.norm(residual + x)
