# origin: https://github.com/state-spaces/mamba/pull/713
# kinds: overflow
"""Reference chunked scan of the SSD layer with variable length sequences."""

import torch
import torch.nn.functional as F
from einops import rearrange, repeat


def chunk_cumsum(dt, A, chunk_size, dt_bias=None, dt_softplus=False):
    """dt: (b, l, h), A: (h,) negative -> dA_cumsum, dt: (b, h, c, q)"""
    if dt_bias is not None:
        dt = dt + dt_bias
    if dt_softplus:
        dt = F.softplus(dt)
    dt = rearrange(dt, "b (c q) h -> b h c q", q=chunk_size)
    dA = dt * A[:, None, None]
    return torch.cumsum(dA, dim=-1), dt


def chunk_state(B, x, dt, dA_cumsum):
    decay = torch.exp(dA_cumsum[..., -1:] - dA_cumsum)  #!
    decay = torch.exp((dA_cumsum[..., -1:] - dA_cumsum).clamp(max=0.0))  #+
    return torch.einsum("bcqhn,bhcq,bhcq,bcqhp->bchpn", B, decay, dt, x)


def chunk_scan(B, C, x, dt, dA_cumsum, prev_states):
    q = x.shape[2]
    CB = torch.einsum("bcihn,bcjhn->bhcij", C, B)
    segsum = dA_cumsum[..., :, None] - dA_cumsum[..., None, :]
    segsum = segsum.clamp(max=0.0)  #+
    decay = torch.exp(segsum)  #!
    decay = torch.exp(segsum)  #+
    scores = CB * decay * dt[..., None, :]
    causal = torch.tril(torch.ones(q, q, device=x.device, dtype=x.dtype))
    scores = scores * causal
    out = torch.einsum("bhcij,bcjhp->bcihp", scores, x)
    scale = torch.exp(dA_cumsum)
    carried = torch.einsum("bcihn,bchpn->bcihp", C, prev_states)
    return out + carried * rearrange(scale, "b h c q -> b c q h 1")


def state_passing(states, dA_chunk):
    carry = torch.zeros_like(states[:, 0])
    out = []
    for c in range(states.shape[1]):
        out.append(carry)
        carry = carry * torch.exp(dA_chunk[:, :, c])[..., None, None] + states[:, c]
    return torch.stack(out, dim=1), carry


def ssd_chunk_scan_combined_ref(x, dt, A, B, C, chunk_size, D=None, dt_bias=None, dt_softplus=False):
    """
    x: (b, l, h, p), dt: (b, l, h), A: (h,), B, C: (b, l, g, n)
    """
    nheads, ngroups = x.shape[2], B.shape[2]
    dA_cumsum, dt = chunk_cumsum(dt, A, chunk_size, dt_bias, dt_softplus)
    B = repeat(B, "b l g n -> b l (g r) n", r=nheads // ngroups)
    C = repeat(C, "b l g n -> b l (g r) n", r=nheads // ngroups)
    xc, Bc, Cc = (rearrange(t, "b (c q) ... -> b c q ...", q=chunk_size) for t in (x, B, C))
    states = chunk_state(Bc, xc, dt, dA_cumsum)
    prev_states, final = state_passing(states, dA_cumsum[..., -1])
    y = rearrange(chunk_scan(Bc, Cc, xc, dt, dA_cumsum, prev_states), "b c q h p -> b (c q) h p")
    if D is not None:
        y = y + x * D[:, None]
    return y, final
