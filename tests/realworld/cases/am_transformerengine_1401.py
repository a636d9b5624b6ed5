# origin: https://github.com/NVIDIA/TransformerEngine/pull/1401
# kinds: cancellation precision
"""Helpers that merge partial attention results of context parallel ranks."""
from typing import Tuple

import torch


def attention_partial(q, k, v, scale) -> Tuple[torch.Tensor, torch.Tensor]:
    scores = torch.einsum("bhqd,bhkd->bhqk", q.float(), k.float()) * scale
    lse = torch.logsumexp(scores, dim=-1)
    out = torch.einsum("bhqk,bhkd->bhqd", torch.exp(scores - lse.unsqueeze(-1)), v.float())
    return out, lse


@torch.jit.script
def flash_attn_fwd_softmax_lse_correction(softmax_lse: torch.Tensor, softmax_lse_per_step: torch.Tensor):
    """Merge softmax stats of each step in Attention with context parallelism"""
    max_scale = torch.max(softmax_lse, softmax_lse_per_step)
    min_scale = torch.min(softmax_lse, softmax_lse_per_step)
    new_scale = max_scale + torch.log(1 + torch.exp(min_scale - max_scale))  #!
    new_scale = max_scale + torch.log1p(torch.exp(min_scale - max_scale))  #+
    softmax_lse.copy_(new_scale)


def flash_attn_fwd_out_correction(out, out_per_step, softmax_lse, softmax_lse_per_step):
    correction = torch.exp(softmax_lse_per_step - softmax_lse).unsqueeze(-1)
    out.add_(out_per_step * correction)


class RingAttention(torch.nn.Module):
    def __init__(self, num_heads: int, head_dim: int, cp_size: int = 2):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = head_dim
        self.cp_size = cp_size
        self.softmax_scale = head_dim**-0.5

    @torch.no_grad()
    def forward(self, q, k, v):
        k_steps = k.chunk(self.cp_size, dim=2)
        v_steps = v.chunk(self.cp_size, dim=2)
        partial = []
        softmax_lse = None
        for k_i, v_i in zip(k_steps, v_steps):
            out_i, lse_i = attention_partial(q, k_i, v_i, self.softmax_scale)
            partial.append((out_i, lse_i))
            if softmax_lse is None:
                softmax_lse = lse_i.clone()
            else:
                flash_attn_fwd_softmax_lse_correction(softmax_lse, lse_i)
        out = torch.zeros_like(q, dtype=torch.float32)
        for out_i, lse_i in partial:
            flash_attn_fwd_out_correction(out, out_i, softmax_lse, lse_i)
        return out.to(q.dtype), softmax_lse
