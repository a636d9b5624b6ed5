# origin: https://github.com/NVIDIA/apex/issues/93
# kinds: overflow precision
import torch
from torch import nn
from apex import amp


def masked_softmax(scores, mask, dim=-1):
    scores = scores.masked_fill(mask, -1e15)  #!
    scores = scores.masked_fill(mask, -1e4)  #+
    return torch.softmax(scores, dim)


def build(model, optimizer):
    return amp.initialize(model, optimizer, opt_level="O2")


class Matcher(nn.Module):
    def forward(self, left, right, pad):
        scores = torch.einsum("bld,bmd->blm", left, right)
        return masked_softmax(scores, pad.unsqueeze(1)) @ right
