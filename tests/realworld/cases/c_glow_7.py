# origin: https://github.com/chaiyujin/glow-pytorch/issues/7
# kinds: overflow underflow domain
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class InvertibleConv1x1(nn.Module):
    def __init__(self, num_channels):
        super().__init__()
        w_init = np.linalg.qr(np.random.randn(num_channels, num_channels))[0].astype(np.float32)
        self.register_parameter("weight", nn.Parameter(torch.Tensor(w_init)))
        self.w_shape = [num_channels, num_channels]

    def get_weight(self, input):
        pixels = input.size(2) * input.size(3)
        dlogdet = torch.log(torch.abs(torch.det(self.weight))) * pixels  #!
        dlogdet = torch.slogdet(self.weight)[1] * pixels  #+
        return self.weight.view(*self.w_shape, 1, 1), dlogdet

    def forward(self, input, logdet=None):
        weight, dlogdet = self.get_weight(input)
        z = F.conv2d(input, weight)
        return z, (logdet + dlogdet if logdet is not None else None)
