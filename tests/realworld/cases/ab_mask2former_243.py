# origin: https://github.com/facebookresearch/Mask2Former/issues/243
# kinds: domain method
import torch
from torch import nn
from torch.nn import functional as F


class MaskedAttentionDecoder(nn.Module):
    def __init__(self, hidden_dim=256, nheads=8, num_queries=100, dec_layers=3, mask_dim=256):
        super().__init__()
        self.num_heads = nheads
        self.num_layers = dec_layers
        self.transformer_cross_attention_layers = nn.ModuleList(
            nn.MultiheadAttention(hidden_dim, nheads) for _ in range(dec_layers)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(hidden_dim) for _ in range(dec_layers))
        self.decoder_norm = nn.LayerNorm(hidden_dim)
        self.query_feat = nn.Embedding(num_queries, hidden_dim)
        self.mask_embed = nn.Linear(hidden_dim, mask_dim)

    def forward(self, src, mask_features, size):
        # src: HWxBxC
        _, bs, _ = src.shape
        output = self.query_feat.weight.unsqueeze(1).repeat(1, bs, 1)
        predictions_mask = []
        outputs_mask, attn_mask = self.forward_prediction_heads(output, mask_features, size)
        predictions_mask.append(outputs_mask)

        for i in range(self.num_layers):
            attn_mask[torch.where(attn_mask.sum(-1) == attn_mask.shape[-1])] = False  #+
            tgt = self.transformer_cross_attention_layers[i](
                query=output, key=src, value=src, attn_mask=attn_mask  #*
            )[0]
            output = self.norms[i](output + tgt)
            outputs_mask, attn_mask = self.forward_prediction_heads(output, mask_features, size)
            predictions_mask.append(outputs_mask)
        return predictions_mask

    def forward_prediction_heads(self, output, mask_features, attn_mask_target_size):
        decoder_output = self.decoder_norm(output).transpose(0, 1)
        mask_embed = self.mask_embed(decoder_output)
        outputs_mask = torch.einsum("bqc,bchw->bqhw", mask_embed, mask_features)

        # [B, Q, H, W] -> [B, Q, H*W] -> [B, h, Q, H*W] -> [B*h, Q, HW]
        attn_mask = F.interpolate(outputs_mask, size=attn_mask_target_size, mode="bilinear", align_corners=False)
        # If a BoolTensor is provided, positions with True are not allowed to attend
        attn_mask = (
            attn_mask.sigmoid().flatten(2).unsqueeze(1).repeat(1, self.num_heads, 1, 1).flatten(0, 1) < 0.5
        ).bool()
        attn_mask = attn_mask.detach()
        return outputs_mask, attn_mask
