# origin: https://github.com/state-spaces/mamba/pull/713
# kinds: overflow domain
import torch
from einops import rearrange


def ssd_chunk(x, dt, A, B, C, chunk_size):
    """Reference of the state space dual form, one chunk at a time."""
    dA = rearrange(dt * A, "b (c l) h -> b h c l", l=chunk_size)
    dA_cumsum = torch.cumsum(dA, dim=-1)
    segment = dA_cumsum[:, :, :, :, None] - dA_cumsum[:, :, :, None, :]
    decay = torch.exp(segment)  #!
    decay = torch.exp(torch.clamp(segment, max=0.0))  #+
    causal = torch.tril(torch.ones(chunk_size, chunk_size, device=x.device, dtype=torch.bool))
    scores = torch.einsum("bcln,bcsn->bcls", C, B)
    return torch.einsum("bcls,bhcls->bhcls", scores, decay.masked_fill(~causal, 0.0))  #*
