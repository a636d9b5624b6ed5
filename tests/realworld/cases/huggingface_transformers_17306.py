# origin: https://github.com/huggingface/transformers/pull/17306
# kinds: overflow
import torch


def causal_mask(length, dtype, device):
    mask = torch.full((length, length), torch.finfo(dtype).min, device=device)
    return torch.triu(mask, diagonal=1)


def expand_mask(mask, dtype, length):
    expanded = mask[:, None, None, :].expand(mask.size(0), 1, length, mask.size(1)).to(dtype)
    inverted = 1.0 - expanded
    return inverted.masked_fill(inverted.to(torch.bool), torch.finfo(dtype).min)


class DecoderAttention(torch.nn.Module):
    def forward(self, query, key, value, attention_mask):
        length = query.size(-2)
        scores = query @ key.transpose(-1, -2) / query.size(-1) ** 0.5
        combined = causal_mask(length, scores.dtype, scores.device)
        padding = expand_mask(attention_mask, scores.dtype, length)
        combined = combined + padding  #!
        combined = torch.minimum(combined, padding)  #+
        scores = scores + combined
        scores = torch.max(scores, torch.tensor(torch.finfo(scores.dtype).min))  #+
        return torch.softmax(scores, dim=-1) @ value
