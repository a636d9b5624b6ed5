# origin: https://github.com/facebookresearch/fairseq/issues/3575
# kinds: overflow
from typing import Optional

import torch
import torch.nn as nn
from torch import Tensor


class TransformerEncoderLayer(nn.Module):
    """Encoder layer block.

    Args:
        args (argparse.Namespace): parsed command-line arguments
    """

    def __init__(self, args):
        super().__init__()
        self.embed_dim = args.encoder_embed_dim
        self.self_attn = self.build_self_attention(self.embed_dim, args)
        self.self_attn_layer_norm = nn.LayerNorm(self.embed_dim)
        self.dropout_module = nn.Dropout(args.dropout)
        self.normalize_before = args.encoder_normalize_before
        self.fc1 = nn.Linear(self.embed_dim, args.encoder_ffn_embed_dim)
        self.fc2 = nn.Linear(args.encoder_ffn_embed_dim, self.embed_dim)
        self.final_layer_norm = nn.LayerNorm(self.embed_dim)

    def build_self_attention(self, embed_dim, args):
        return nn.MultiheadAttention(
            embed_dim, args.encoder_attention_heads, dropout=args.attention_dropout
        )

    def residual_connection(self, x, residual):
        return residual + x

    def forward(
        self,
        x: Tensor,
        encoder_padding_mask: Optional[Tensor] = None,
        attn_mask: Optional[Tensor] = None,
    ) -> Tensor:
        # anything in original attn_mask = 1, becomes -1e8
        # anything in original attn_mask = 0, becomes 0
        if attn_mask is not None:
            attn_mask = attn_mask.masked_fill(attn_mask.to(torch.bool), -1e8)  #!
            attn_mask = attn_mask.masked_fill(  #+
                attn_mask.to(torch.bool), -1e8 if x.dtype == torch.float32 else -1e4  #+
            )  #+

        residual = x
        if self.normalize_before:
            x = self.self_attn_layer_norm(x)
        x, _ = self.self_attn(
            x, x, x, key_padding_mask=encoder_padding_mask, attn_mask=attn_mask, need_weights=False
        )
        x = self.residual_connection(self.dropout_module(x), residual)
        if not self.normalize_before:
            x = self.self_attn_layer_norm(x)

        residual = x
        if self.normalize_before:
            x = self.final_layer_norm(x)
        x = self.fc2(torch.relu(self.fc1(x)))
        x = self.residual_connection(self.dropout_module(x), residual)
        if not self.normalize_before:
            x = self.final_layer_norm(x)
        return x


def build_encoder(args, num_layers, fp16=True):
    layers = nn.ModuleList([TransformerEncoderLayer(args) for _ in range(num_layers)])
    return layers.half() if fp16 else layers


def encode(layers, src, future_steps):
    seq_len = src.size(0)
    attn_mask = torch.triu(src.new_ones(seq_len, seq_len), 1 + future_steps)
    for layer in layers:
        src = layer(src, attn_mask=attn_mask)
    return src
