# origin: https://github.com/pytorch/pytorch/issues/26098
# kinds: domain
import torch
import torch.nn.functional as F


def multi_head_attention_forward(q, k, v, key_padding_mask, num_heads, dropout_p, training):
    bsz, src_len = key_padding_mask.shape
    attn_output_weights = torch.bmm(q, k.transpose(1, 2)) / q.size(-1) ** 0.5
    if key_padding_mask is not None:
        attn_output_weights = attn_output_weights.view(bsz, num_heads, -1, src_len)
        attn_output_weights = attn_output_weights.masked_fill(
            key_padding_mask.unsqueeze(1).unsqueeze(2),
            float("-inf"),  #-
            torch.finfo(attn_output_weights.dtype).min,  #+
        )
        attn_output_weights = attn_output_weights.view(bsz * num_heads, -1, src_len)
    attn_output_weights = F.softmax(attn_output_weights, dim=-1)  #*
    attn_output_weights = F.dropout(attn_output_weights, p=dropout_p, training=training)
    return torch.bmm(attn_output_weights, v)
