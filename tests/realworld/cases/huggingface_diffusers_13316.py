# origin: https://github.com/huggingface/diffusers/pull/13316
# kinds: precision underflow domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class RMSNorm(nn.Module):
    def __init__(self, dim, channel_first=True):
        super().__init__()
        self.channel_first = channel_first
        self.scale = dim**0.5
        self.gamma = nn.Parameter(torch.ones(dim, 1, 1, 1))

    def forward(self, x):
        return F.normalize(x, dim=1 if self.channel_first else -1) * self.scale * self.gamma  #!
        return F.normalize(x.float(), dim=1 if self.channel_first else -1).to(x.dtype) * self.scale * self.gamma  #+


def load(path):
    vae = RMSNorm(96)
    vae.load_state_dict(torch.load(path))
    return vae.to(dtype=torch.float16)
