# origin: https://github.com/NVIDIA/TransformerEngine/pull/1401
# kinds: cancellation precision
import math

import torch
import torch.distributed as dist

jit_fuser = torch.jit.script


@jit_fuser
def flash_attn_fwd_out_correction(out, out_per_step, softmax_lse, softmax_lse_per_step):
    """Merge partial outputs of each step in Attention with context parallelism"""
    softmax_lse_corrected_exp = torch.exp(softmax_lse_per_step - softmax_lse).unsqueeze(-1)
    out_corrected = out_per_step * softmax_lse_corrected_exp
    out.add_(out_corrected)


@jit_fuser
def flash_attn_fwd_softmax_lse_correction(softmax_lse, softmax_lse_per_step):
    """Merge softmax stats of each step in Attention with context parallelism"""
    max_scale = torch.max(softmax_lse, softmax_lse_per_step)
    min_scale = torch.min(softmax_lse, softmax_lse_per_step)
    new_scale = max_scale + torch.log(1 + torch.exp(min_scale - max_scale))  #!
    new_scale = max_scale + torch.log1p(torch.exp(min_scale - max_scale))  #+
    softmax_lse.copy_(new_scale)


def attention_step(q, k, v, scale: float):
    scores = torch.matmul(q, k.transpose(-2, -1)).float() * scale
    lse = torch.logsumexp(scores, dim=-1)
    out = torch.matmul(torch.exp(scores - lse.unsqueeze(-1)), v.float())
    return out, lse


def send_recv(tensor, group):
    rank, size = dist.get_rank(group), dist.get_world_size(group)
    received = torch.empty_like(tensor)
    ops = [
        dist.P2POp(dist.isend, tensor, (rank + 1) % size, group),
        dist.P2POp(dist.irecv, received, (rank - 1) % size, group),
    ]
    for request in dist.batch_isend_irecv(ops):
        request.wait()
    return received


def ring_attention_forward(q, k, v, kv_steps=None, cp_group=None):
    """Non-causal attention, keys and values arrive one chunk per step."""
    scale = 1.0 / math.sqrt(q.shape[-1])
    steps = dist.get_world_size(cp_group) if kv_steps is None else len(kv_steps)
    outs, lses = [], []
    softmax_lse = None
    kv = torch.stack((k, v))
    for i in range(steps):
        chunk = kv if kv_steps is None else kv_steps[i]
        out_i, lse_i = attention_step(q, chunk[0], chunk[1], scale)
        outs.append(out_i)
        lses.append(lse_i)
        if softmax_lse is None:
            softmax_lse = lse_i.clone().double()
        else:
            flash_attn_fwd_softmax_lse_correction(softmax_lse, lse_i.double())
        if kv_steps is None and i + 1 < steps:
            kv = send_recv(kv, cp_group)
    out = torch.zeros_like(outs[0])
    for out_i, lse_i in zip(outs, lses):
        flash_attn_fwd_out_correction(out, out_i, softmax_lse.float(), lse_i)
    return out.to(q.dtype), softmax_lse.float()
