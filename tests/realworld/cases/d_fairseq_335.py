# origin: https://github.com/facebookresearch/fairseq/issues/335
# kinds: overflow precision
import torch
import torch.nn as nn


class LayerNorm(nn.Module):
    def __init__(self, size, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x):
        x = x.half()  #-
        x = x.float()  #+
        mean = x.mean(-1, keepdim=True)
        variance = (x - mean).pow(2).mean(-1, keepdim=True)  #*
        return self.gain * (x - mean) / torch.sqrt(variance + self.eps)
