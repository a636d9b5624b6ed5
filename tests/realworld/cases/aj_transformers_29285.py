# origin: https://github.com/huggingface/transformers/pull/29285
# kinds: precision
import math

import torch
import torch.nn.functional as F
from torch import nn


class FrameClock(nn.Module):
    """Sinusoidal code of the absolute frame index for long audio (50 frames/s)."""

    def __init__(self, dim, base=10000.0):
        super().__init__()
        self.dim = dim
        self.base = base
        self.register_buffer("freq", self.frequencies(), persistent=False)  #-

    def frequencies(self, device=None):
        octave = torch.arange(0, self.dim, 2, dtype=torch.float32, device=device) / self.dim
        return torch.exp(-math.log(self.base) * octave)

    def forward(self, x, first_frame=0):
        last = first_frame + x.shape[1]
        index = torch.arange(first_frame, last, device=x.device, dtype=x.dtype)  #!
        phase = index[:, None] * self.freq[None]  #!
        index = torch.arange(first_frame, last, device=x.device, dtype=torch.float32)  #+
        phase = index[:, None] * self.frequencies(x.device)[None]  #+
        code = torch.cat([phase.sin(), phase.cos()], dim=-1)
        return x + code.to(x.dtype)


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x):
        b, t, d = x.shape
        qkv = self.qkv(self.norm1(x)).view(b, t, 3, self.heads, d // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, t, d))
        return x + self.mlp(self.norm2(x))


class LongAudioEncoder(nn.Module):
    def __init__(self, n_mels=80, dim=512, depth=12, heads=8):
        super().__init__()
        self.stem = nn.Conv1d(n_mels, dim, 3, stride=2, padding=1)
        self.clock = FrameClock(dim)
        self.blocks = nn.ModuleList(Block(dim, heads) for _ in range(depth))

    def forward(self, mel, first_frame=0):
        x = self.clock(self.stem(mel).transpose(1, 2), first_frame)
        for block in self.blocks:
            x = block(x)
        return x


def load_for_inference(state, device="cuda"):
    model = LongAudioEncoder()
    model.load_state_dict(state)
    return model.to(device, torch.bfloat16).eval()
