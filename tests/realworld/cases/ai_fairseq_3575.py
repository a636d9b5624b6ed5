# origin: https://github.com/facebookresearch/fairseq/issues/3575
# kinds: overflow
from typing import Optional

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor


class TransformerEncoderLayer(nn.Module):
    """Encoder layer block."""

    def __init__(self, embed_dim, ffn_embed_dim, attention_heads, dropout=0.1, normalize_before=False):
        super().__init__()
        self.embed_dim = embed_dim
        self.dropout = dropout
        self.normalize_before = normalize_before
        self.self_attn = nn.MultiheadAttention(embed_dim, attention_heads, dropout=dropout)
        self.self_attn_layer_norm = nn.LayerNorm(embed_dim)
        self.fc1 = nn.Linear(embed_dim, ffn_embed_dim)
        self.fc2 = nn.Linear(ffn_embed_dim, embed_dim)
        self.final_layer_norm = nn.LayerNorm(embed_dim)

    def residual_connection(self, x, residual):
        return residual + x

    def forward(
        self,
        x: Tensor,
        encoder_padding_mask: Optional[Tensor],
        attn_mask: Optional[Tensor] = None,
    ):
        """
        Args:
            x (Tensor): input to the layer of shape `(seq_len, batch, embed_dim)`
            encoder_padding_mask (ByteTensor): `(batch, seq_len)`, padding is ``1``
            attn_mask (ByteTensor): `(tgt_len, src_len)`, ``1`` means excluded
        """
        # anything in original attn_mask = 1, becomes -1e8
        # anything in original attn_mask = 0, becomes 0
        if attn_mask is not None:
            attn_mask = attn_mask.to(x.dtype)
            attn_mask = attn_mask.masked_fill(attn_mask.to(torch.bool), -1e8)  #!
            attn_mask = attn_mask.masked_fill(  #+
                attn_mask.to(torch.bool), -1e8 if x.dtype == torch.float32 else -1e4  #+
            )  #+

        residual = x
        if self.normalize_before:
            x = self.self_attn_layer_norm(x)
        x, _ = self.self_attn(
            x, x, x, key_padding_mask=encoder_padding_mask, need_weights=False, attn_mask=attn_mask
        )
        x = F.dropout(x, p=self.dropout, training=self.training)
        x = self.residual_connection(x, residual)
        if not self.normalize_before:
            x = self.self_attn_layer_norm(x)

        residual = x
        if self.normalize_before:
            x = self.final_layer_norm(x)
        x = self.fc2(F.relu(self.fc1(x)))
        x = F.dropout(x, p=self.dropout, training=self.training)
        x = self.residual_connection(x, residual)
        if not self.normalize_before:
            x = self.final_layer_norm(x)
        return x
