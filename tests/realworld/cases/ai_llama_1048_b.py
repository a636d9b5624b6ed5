# origin: https://github.com/meta-llama/llama/issues/1048
# kinds: overflow
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


def modulated_conv2d(x, weight, styles, padding=0, demodulate=True):
    batch_size = x.shape[0]
    out_channels, in_channels, kh, kw = weight.shape
    w = weight.unsqueeze(0) * styles.reshape(batch_size, 1, -1, 1, 1)
    if demodulate:
        energy = w.square().sum(dim=[2, 3, 4])  #!
        dcoefs = (energy + 1e-4).rsqrt()  #-
        energy = w.float().square().sum(dim=[2, 3, 4])  #+
        dcoefs = (energy + 1e-8).rsqrt().to(w.dtype)  #+
        w = w * dcoefs.reshape(batch_size, -1, 1, 1, 1)
    x = x.reshape(1, -1, *x.shape[2:])
    w = w.reshape(-1, in_channels, kh, kw)
    x = F.conv2d(x, w, padding=padding, groups=batch_size)
    return x.reshape(batch_size, -1, *x.shape[2:])


class SynthesisLayer(nn.Module):
    def __init__(self, in_channels, out_channels, w_dim, resolution, kernel_size=3, use_fp16=False):
        super().__init__()
        self.use_fp16 = use_fp16
        self.padding = kernel_size // 2
        self.affine = nn.Linear(w_dim, in_channels)
        nn.init.ones_(self.affine.bias)
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, kernel_size, kernel_size))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        self.register_buffer("noise_const", torch.randn(resolution, resolution))
        self.noise_strength = nn.Parameter(torch.zeros([]))

    def forward(self, x, w, gain=1.0):
        dtype = torch.float16 if self.use_fp16 else torch.float32
        styles = self.affine(w)
        x = x.to(dtype)
        x = modulated_conv2d(x, self.weight.to(dtype), styles.to(dtype), padding=self.padding)
        x = x + (self.noise_const * self.noise_strength).to(dtype)
        x = F.leaky_relu(x + self.bias.to(dtype).reshape(1, -1, 1, 1), 0.2)
        clamp = 256 * gain
        return (x * (np.sqrt(2) * gain)).clamp(-clamp, clamp)
