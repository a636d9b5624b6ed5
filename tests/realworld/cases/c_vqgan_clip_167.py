# origin: https://github.com/nerdyrodent/VQGAN-CLIP/issues/167
# kinds: domain
import torch
from torch import nn
from torch.nn import functional as F


class Prompt(nn.Module):
    def __init__(self, embed, weight=1.0, stop=float("-inf")):
        super().__init__()
        self.register_buffer("embed", embed)
        self.register_buffer("weight", torch.as_tensor(weight))
        self.register_buffer("stop", torch.as_tensor(stop))

    def forward(self, input):
        input_normed = F.normalize(input.unsqueeze(1), dim=2)
        embed_normed = F.normalize(self.embed.unsqueeze(0), dim=2)
        half = input_normed.sub(embed_normed).norm(dim=2).div(2)
        dists = half.arcsin().pow(2).mul(2)  #!
        dists = half.clamp(max=0.9999).arcsin().pow(2).mul(2)  #+
        dists = dists * self.weight.sign()
        return self.weight.abs() * dists.mean()
