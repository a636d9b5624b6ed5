# origin: https://github.com/state-spaces/mamba/pull/713
# kinds: overflow
import torch
import torch.nn.functional as F


def chunk_cumsum(dt, A, chunk_size, dt_bias=None):
    if dt_bias is not None:
        dt = dt + dt_bias
    dt = F.softplus(dt)
    b, l, h = dt.shape
    dt = dt.view(b, l // chunk_size, chunk_size, h)
    return torch.cumsum(dt * A, dim=2), dt


def chunk_scan(B, x, dt, dA_cumsum):
    l = dA_cumsum.shape[2]
    segment = dA_cumsum[:, :, :, None, :] - dA_cumsum[:, :, None, :, :]
    decay = torch.exp(segment)  #!
    decay = torch.exp(torch.clamp(segment, max=0.0))  #+
    causal = torch.ones(l, l, dtype=torch.bool, device=x.device).tril()[None, None, :, :, None]
    decay = decay * causal
    return torch.einsum("bclsh,bcsh,bcshn,bcshp->bclhpn", decay, dt, B, x)


class SSD(torch.nn.Module):
    def __init__(self, heads, chunk_size=64):
        super().__init__()
        self.A_log = torch.nn.Parameter(torch.zeros(heads))
        self.dt_bias = torch.nn.Parameter(torch.zeros(heads))
        self.chunk_size = chunk_size

    def forward(self, x, dt, B):
        A = -torch.exp(self.A_log.clamp(max=4.0))
        cumsum, dt = chunk_cumsum(dt, A, self.chunk_size, self.dt_bias)
        b, l, h, p = x.shape
        x = x.view(b, -1, self.chunk_size, h, p)
        B = B.view(b, -1, self.chunk_size, h, B.shape[-1])
        return chunk_scan(B, x, dt, cumsum)
