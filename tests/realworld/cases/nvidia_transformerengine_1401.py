# origin: https://github.com/NVIDIA/TransformerEngine/pull/1401
# kinds: cancellation precision
import torch


def merge_softmax_lse(lse, lse_per_step):
    """Combines the log-sum-exps of two attention blocks."""
    top = torch.max(lse, lse_per_step)
    low = torch.min(lse, lse_per_step)
    return top + torch.log(1 + torch.exp(low - top))  #!
    return top + torch.log1p(torch.exp(low - top))  #+


def ring_attention(blocks):
    lse, out = None, None
    for block_out, block_lse in blocks:
        lse = block_lse if lse is None else merge_softmax_lse(lse, block_lse)
        out = block_out if out is None else out + block_out
    return out, lse
