# origin: https://github.com/huggingface/diffusers/issues/7188
# kinds: overflow
import torch
from torch import nn
import torch.nn.functional as F


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h = h * torch.rsqrt(h.square().mean(-1, keepdim=True) + self.eps)
        return self.scale * h.to(self.scale.dtype)


class GatedFeedForward(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.gate = nn.Linear(dim, hidden, bias=False)
        self.value = nn.Linear(dim, hidden, bias=False)
        self.out = nn.Linear(hidden, dim, bias=False)

    def forward(self, x):
        act = F.gelu(self.gate(x), approximate="tanh")
        return self.out(act * self.value(x))  #!
        prod = act.float() * self.value(x).float()  #+
        return F.linear(prod, self.out.weight.float())  #+


class EncoderBlock(nn.Module):
    def __init__(self, dim=1024, heads=16, hidden=2816):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = RMSNorm(dim), RMSNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.proj = nn.Linear(dim, dim, bias=False)
        self.ff = GatedFeedForward(dim, hidden)

    def forward(self, x):
        b, t, d = x.shape
        qkv = self.qkv(self.norm1(x)).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        att = F.scaled_dot_product_attention(*qkv).transpose(1, 2).reshape(b, t, d)
        x = x + self.proj(att)
        return x + self.ff(self.norm2(x))


class PromptEncoder(nn.Module):
    """Text encoder of the image generator, trained in bfloat16."""

    def __init__(self, vocab=32128, dim=1024, depth=24):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.blocks = nn.ModuleList(EncoderBlock(dim) for _ in range(depth))
        self.norm = RMSNorm(dim)

    def forward(self, ids):
        x = self.embed(ids)
        x = x.float()  #+
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


@torch.inference_mode()
def encode_prompts(checkpoint, ids, device="cuda"):
    model = PromptEncoder()
    model.load_state_dict(torch.load(checkpoint, map_location="cpu"))
    model = model.to(device, torch.float16).eval()
    return model(ids.to(device))
