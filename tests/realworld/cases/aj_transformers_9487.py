# origin: https://github.com/huggingface/transformers/pull/9487
# kinds: overflow
import torch
import torch.nn.functional as F
from torch import nn


class ScaleNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + self.eps)
        return (h * self.gain.float()).to(self.gain.dtype)


class GatedFeedForward(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.norm = ScaleNorm(dim)
        self.gate = nn.Linear(dim, hidden, bias=False)
        self.up = nn.Linear(dim, hidden, bias=False)
        self.down = nn.Linear(hidden, dim, bias=False)

    def forward(self, stream):
        x = self.norm(stream)
        h = F.gelu(self.gate(x)) * self.up(x)  #!
        return stream + self.down(h)  #!
        h = F.gelu(self.gate(x).float()) * self.up(x).float()  #+
        return stream + F.linear(h, self.down.weight.float())  #+


class AudioCaptionEncoder(nn.Module):
    """Inference port of a captioning encoder that was pretrained in bfloat16."""

    def __init__(self, dim=768, hidden=2048, depth=24):
        super().__init__()
        self.blocks = nn.ModuleList(GatedFeedForward(dim, hidden) for _ in range(depth))
        self.final = ScaleNorm(dim)

    def forward(self, patches):
        stream = patches
        stream = stream.float()  #+
        for block in self.blocks:
            stream = block(stream)
        return self.final(stream)


def load_encoder(checkpoint, device="cuda"):
    state = torch.load(checkpoint, map_location="cpu")
    model = AudioCaptionEncoder()
    model.load_state_dict(state["encoder"])
    return model.half().to(device).eval()


@torch.inference_mode()
def encode(model, patches):
    return model(patches.half())
