# origin: https://github.com/deepspeedai/DeepSpeed/pull/6930
# kinds: cancellation precision overflow
import math

import torch


def block_attention(q, k, v):
    scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / math.sqrt(q.shape[-1])
    lse = torch.logsumexp(scores, dim=-1)
    out = torch.einsum("bhqk,bkhd->bqhd", torch.softmax(scores, dim=-1), v)
    return out, lse


def _update_out_and_lse(out, lse, block_out, block_lse):
    block_out = block_out.to(torch.float32)
    block_lse = block_lse.transpose(-2, -1).unsqueeze(dim=-1)
    new_lse = lse + torch.log(1 + torch.exp(block_lse - lse))  #!
    new_lse = torch.logaddexp(lse, block_lse)  #+
    out = torch.exp(lse - new_lse) * out + torch.exp(block_lse - new_lse) * block_out
    return out, new_lse


def update_out_and_lse(out, lse, block_out, block_lse):
    if out is None:
        out = block_out.to(torch.float32)
        lse = block_lse.transpose(-2, -1).unsqueeze(dim=-1)
        return out, lse
    return _update_out_and_lse(out, lse, block_out, block_lse)


def fpdt_attention(q, k, v, num_chunks):
    out, lse = None, None
    for k_chunk, v_chunk in zip(k.chunk(num_chunks, dim=1), v.chunk(num_chunks, dim=1)):
        block_out, block_lse = block_attention(q, k_chunk, v_chunk)
        out, lse = update_out_and_lse(out, lse, block_out, block_lse)
    return out.to(q.dtype), lse
