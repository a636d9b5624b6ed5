# origin: https://github.com/openvinotoolkit/openvino/pull/37041
# kinds: overflow
import torch
import torch.nn as nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h = h * torch.rsqrt(h.square().mean(-1, keepdim=True) + self.eps)
        return self.weight * h.to(x.dtype)


class FeedForward(nn.Module):
    def __init__(self, dim, mult=4):
        super().__init__()
        self.w_in = nn.Linear(dim, dim * mult, bias=False)
        self.w_out = nn.Linear(dim * mult, dim, bias=False)

    def forward(self, x):
        h = torch.relu(self.w_in(x))
        return self.w_out(h)  #!
        h = self.w_out(h)  #+
        if h.dtype == torch.float16:  #+
            limit = torch.finfo(h.dtype).max - 1000  #+
            h = h.clamp(-limit, limit)  #+
        return h  #+


class EncoderBlock(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1 = RMSNorm(dim)
        self.attn = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.norm2 = RMSNorm(dim)
        self.ffn = FeedForward(dim)

    def forward(self, x):
        h = self.norm1(x)
        x = x + self.attn(h, h, h, need_weights=False)[0]
        x = x + self.ffn(self.norm2(x))
        if x.dtype == torch.float16:  #+
            limit = torch.finfo(x.dtype).max - 1000  #+
            x = x.clamp(-limit, limit)  #+
        return x


class LyricsEncoder(nn.Module):
    """Text tower of the music generator; checkpoints were trained in bfloat16."""

    def __init__(self, vocab=32000, dim=512, heads=8, depth=6):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.blocks = nn.ModuleList(EncoderBlock(dim, heads) for _ in range(depth))
        self.final = RMSNorm(dim)

    def forward(self, ids):
        x = self.embed(ids)
        for block in self.blocks:
            x = block(x)
        return self.final(x)


def load_encoder(path, device="cuda"):
    model = LyricsEncoder()
    model.load_state_dict(torch.load(path, map_location="cpu"))
    return model.to(device, torch.float16).eval()
