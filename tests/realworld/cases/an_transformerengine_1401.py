# origin: https://github.com/NVIDIA/TransformerEngine/pull/1401
# kinds: precision cancellation
"""Attention with context parallelism: partial results of the key/value chunks are merged step by step."""
import math

import torch


@torch.jit.script
def flash_attn_fwd_out_correction(out: torch.Tensor, out_per_step: torch.Tensor, softmax_lse: torch.Tensor,
                                  softmax_lse_per_step: torch.Tensor):
    """Merge partial outputs of each step in Attention with context parallelism"""
    softmax_lse_corrected_exp = torch.exp(softmax_lse_per_step - softmax_lse).movedim(2, 1).unsqueeze(-1)
    out_corrected = out_per_step * softmax_lse_corrected_exp
    out.add_(out_corrected)


@torch.jit.script
def flash_attn_fwd_softmax_lse_correction(softmax_lse: torch.Tensor, softmax_lse_per_step: torch.Tensor):
    """Merge softmax stats of each step in Attention with context parallelism"""
    max_scale = torch.max(softmax_lse, softmax_lse_per_step)
    min_scale = torch.min(softmax_lse, softmax_lse_per_step)
    new_scale = max_scale + torch.log(1 + torch.exp(min_scale - max_scale))  #!
    new_scale = max_scale + torch.log1p(torch.exp(min_scale - max_scale))  #+
    softmax_lse.copy_(new_scale)


def flash_attn_chunk(q, k, v, softmax_scale: float):
    scores = torch.einsum("bqhd,bkhd->bhqk", q, k) * softmax_scale
    lse = torch.logsumexp(scores, dim=-1)
    probs = torch.exp(scores - lse.unsqueeze(-1))
    return torch.einsum("bhqk,bkhd->bqhd", probs, v), lse


class AttnFuncWithCP:
    """Forward pass only, the chunks of k and v arrive in the order of the ring."""

    def __init__(self, cp_size: int, softmax_scale=None, lse_dtype: torch.dtype = torch.double):
        self.cp_size = cp_size
        self.softmax_scale = softmax_scale
        self.lse_dtype = lse_dtype

    def forward(self, q, k, v):
        scale = self.softmax_scale if self.softmax_scale is not None else 1.0 / math.sqrt(q.shape[-1])
        k_chunks = k.chunk(self.cp_size, dim=1)
        v_chunks = v.chunk(self.cp_size, dim=1)

        out_per_step, softmax_lse_per_step = [], []
        softmax_lse = None
        for i in range(self.cp_size):
            o, lse = flash_attn_chunk(q, k_chunks[i], v_chunks[i], scale)
            out_per_step.append(o)
            softmax_lse_per_step.append(lse)
            if i == 0:
                softmax_lse = torch.clone(lse).to(self.lse_dtype)
            else:
                flash_attn_fwd_softmax_lse_correction(softmax_lse, lse.to(self.lse_dtype))

        softmax_lse = softmax_lse.to(torch.float)
        out = torch.zeros_like(q)
        for o, lse in zip(out_per_step, softmax_lse_per_step):
            flash_attn_fwd_out_correction(out, o, softmax_lse, lse)
        return out, softmax_lse
