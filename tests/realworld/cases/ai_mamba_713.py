# origin: https://github.com/state-spaces/mamba/pull/713
# kinds: overflow domain
import torch
import torch.nn.functional as F
from einops import rearrange, repeat


def chunk_scan_ref(B, C, x, dt, dA_cumsum):
    """Intra-chunk part of the state space dual form.

    Argument:
        B, C: (batch, seqlen, nheads, dstate)
        x: (batch, seqlen, nheads, headdim)
        dt: (batch, nheads, nchunks, chunk_size)
        dA_cumsum: (batch, nheads, nchunks, chunk_size)
    """
    chunk_size = dt.shape[-1]
    B, C, x = (rearrange(t, "b (c l) h n -> b c l h n", l=chunk_size) for t in (B, C, x))
    CB = torch.einsum("bclhn,bcshn->bchls", C, B)
    dt_segment_sum = dA_cumsum[:, :, :, :, None] - dA_cumsum[:, :, :, None, :]
    decay = torch.exp(dt_segment_sum)  #!
    decay = torch.exp(dt_segment_sum.clamp(max=0.0))  #+
    causal = torch.tril(torch.ones(chunk_size, chunk_size, device=x.device, dtype=x.dtype))
    scores_decay = CB * rearrange(decay * causal, "b h c l s -> b c h l s")
    out = torch.einsum("bchls,bhcs,bcshp->bclhp", scores_decay, dt, x)
    return rearrange(out, "b c l h p -> b (c l) h p")


class Mamba2Mixer(torch.nn.Module):
    def __init__(self, d_model, d_state=64, headdim=64, chunk_size=256):
        super().__init__()
        self.nheads = d_model // headdim
        self.headdim = headdim
        self.d_state = d_state
        self.chunk_size = chunk_size
        self.in_proj = torch.nn.Linear(d_model, d_model + 2 * d_state + self.nheads)
        self.dt_bias = torch.nn.Parameter(torch.zeros(self.nheads))
        self.A_log = torch.nn.Parameter(torch.log(torch.arange(1, self.nheads + 1).float()))
        self.out_proj = torch.nn.Linear(d_model, d_model)

    def forward(self, u):
        d_model = self.nheads * self.headdim
        x, B, C, dt = torch.split(self.in_proj(u), [d_model, self.d_state, self.d_state, self.nheads], dim=-1)
        x = rearrange(x, "b l (h p) -> b l h p", p=self.headdim)
        B, C = (repeat(t, "b l n -> b l h n", h=self.nheads) for t in (B, C))
        dt = rearrange(F.softplus(dt + self.dt_bias), "b (c l) h -> b h c l", l=self.chunk_size)
        A = -torch.exp(self.A_log)
        dA_cumsum = torch.cumsum(dt * A[:, None, None], dim=-1)
        y = chunk_scan_ref(B, C, x, dt, dA_cumsum)
        return self.out_proj(rearrange(y, "b l h p -> b l (h p)"))
