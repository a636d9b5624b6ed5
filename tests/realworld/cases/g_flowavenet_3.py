# origin: https://github.com/ryhorv/tf-flowavenet/issues/3
# kinds: domain
import torch
from torch import nn


class ActNorm(nn.Module):
    """Per-channel affine map, initialised so that the first batch is standardised."""

    def __init__(self, in_channel, pretrained=False):
        super().__init__()
        self.loc = nn.Parameter(torch.zeros(1, in_channel, 1))
        self.scale = nn.Parameter(torch.ones(1, in_channel, 1))
        self.initialized = pretrained

    def initialize(self, x):
        with torch.no_grad():
            flatten = x.permute(1, 0, 2).contiguous().view(x.shape[1], -1)
            mean = flatten.mean(1).unsqueeze(0).unsqueeze(2)
            std = flatten.std(1).unsqueeze(0).unsqueeze(2)
            self.loc.data.copy_(-mean)
            self.scale.data.copy_(1 / std)  #!
            self.scale.data.copy_(1 / (std + 1e-6))  #+

    def forward(self, x):
        B, _, T = x.size()
        if not self.initialized:
            self.initialize(x)
            self.initialized = True
        log_abs = torch.log(torch.abs(self.scale).clamp(min=1e-12))
        return self.scale * (x + self.loc), torch.sum(log_abs) * B * T
