# origin: https://github.com/lucidrains/gateloop-transformer/pull/4
# kinds: underflow domain precision
import torch
from torch import nn


def log(t, eps=1e-20):
    return t.clamp(min=eps).log()


def heinsen_associative_scan(a, kv, eps=1e-20):
    dtype = kv.dtype
    log_a = log(a, eps=eps)  #!
    log_kv = log(kv, eps=eps)  #!
    log_a = log(a.float(), eps=eps)  #+
    log_kv = log(kv.float(), eps=eps)  #+
    a_star = log_a.cumsum(dim=1)
    log_x0_plus_b_star = torch.logcumsumexp(log_kv - a_star, dim=1)
    log_x = a_star + log_x0_plus_b_star
    return log_x.exp().to(dtype)


class SimpleGateLoopLayer(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.to_qkva = nn.Linear(dim, dim * 3, bias=False)

    def forward(self, x):
        x = self.norm(x)
        q, kv, a = self.to_qkva(x).chunk(3, dim=-1)
        kv = kv.sigmoid()
        a = a.sigmoid()
        out = heinsen_associative_scan(a, kv)
        return q * out


def build(dim, depth, device="cuda"):
    layers = nn.ModuleList([SimpleGateLoopLayer(dim) for _ in range(depth)])
    return layers.to(device=device, dtype=torch.float16)


def run(layers, tokens):
    x = tokens.half()
    for layer in layers:
        x = layer(x) + x
    return x
