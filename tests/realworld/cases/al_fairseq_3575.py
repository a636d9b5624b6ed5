# origin: https://github.com/facebookresearch/fairseq/issues/3575
# kinds: overflow
from typing import Optional

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor


class TransformerEncoderLayer(nn.Module):
    """Encoder layer block; inputs have shape `(seq_len, batch, embed_dim)`."""

    def __init__(self, args):
        super().__init__()
        self.embed_dim = args.encoder_embed_dim
        self.self_attn = nn.MultiheadAttention(
            self.embed_dim, args.encoder_attention_heads, dropout=args.attention_dropout
        )
        self.self_attn_layer_norm = nn.LayerNorm(self.embed_dim)
        self.dropout = args.dropout
        self.normalize_before = args.encoder_normalize_before
        self.fc1 = nn.Linear(self.embed_dim, args.encoder_ffn_embed_dim)
        self.fc2 = nn.Linear(args.encoder_ffn_embed_dim, self.embed_dim)
        self.final_layer_norm = nn.LayerNorm(self.embed_dim)

    def residual_connection(self, x, residual):
        return residual + x

    def forward(
        self,
        x: Tensor,
        encoder_padding_mask: Optional[Tensor],
        attn_mask: Optional[Tensor] = None,
    ) -> Tensor:
        if attn_mask is not None:
            attn_mask = attn_mask.to(x)
            attn_mask = attn_mask.masked_fill(attn_mask.to(torch.bool), -1e8)  #!
            neg = -1e8 if x.dtype == torch.float32 else -1e4  #+
            attn_mask = attn_mask.masked_fill(attn_mask.to(torch.bool), neg)  #+

        residual = x
        if self.normalize_before:
            x = self.self_attn_layer_norm(x)
        x, _ = self.self_attn(
            x, x, x,
            key_padding_mask=encoder_padding_mask,
            need_weights=False,
            attn_mask=attn_mask,
        )
        x = F.dropout(x, self.dropout, self.training)
        x = self.residual_connection(x, residual)
        if not self.normalize_before:
            x = self.self_attn_layer_norm(x)

        residual = x
        if self.normalize_before:
            x = self.final_layer_norm(x)
        x = F.relu(self.fc1(x))
        x = self.fc2(x)
        x = F.dropout(x, self.dropout, self.training)
        x = self.residual_connection(x, residual)
        if not self.normalize_before:
            x = self.final_layer_norm(x)
        return x


def build_layer(cfg):
    layer = TransformerEncoderLayer(cfg.model)
    if cfg.common.fp16:
        layer = layer.half()
    return layer
