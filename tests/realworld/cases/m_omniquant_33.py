# origin: https://github.com/OpenGVLab/OmniQuant/pull/33
# kinds: domain
import torch
import torch.nn as nn

CLIPMIN = 1e-5


def round_ste(x):
    return (x.round() - x).detach() + x


class UniformAffineQuantizer(nn.Module):
    def __init__(self, n_bits=8, symmetric=False, group_size=None):
        super().__init__()
        self.n_bits = n_bits
        self.symmetric = symmetric
        self.group_size = group_size
        self.qmin = -(2 ** (n_bits - 1)) if symmetric else 0
        self.qmax = 2 ** (n_bits - 1) - 1 if symmetric else 2 ** n_bits - 1

    def per_token_dynamic_calibration(self, x):
        xmin = x.amin(-1, keepdim=True)
        xmax = x.amax(-1, keepdim=True)
        if self.symmetric:
            scale = torch.max(xmax.abs(), xmin.abs()) / (2 ** (self.n_bits - 1) - 1)
            self.scale = scale.clamp(min=CLIPMIN, max=1e4)
            self.round_zero_point = None
        else:
            scale = (xmax - xmin) / (2 ** self.n_bits - 1)
            self.scale = scale.clamp(min=CLIPMIN, max=1e4)
            self.scale = scale  #!
            zero_point = -xmin / self.scale
            self.round_zero_point = zero_point.clamp(min=-1e4, max=1e4).round()

    def fake_quant(self, x):
        x_int = round_ste(x / self.scale)
        if self.round_zero_point is not None:
            x_int = x_int + self.round_zero_point
        x_int = x_int.clamp(self.qmin, self.qmax)
        if self.round_zero_point is not None:
            x_int = x_int - self.round_zero_point
        return x_int * self.scale

    def forward(self, x):
        shape = x.shape
        if self.group_size:
            x = x.reshape(-1, self.group_size)
        self.per_token_dynamic_calibration(x)
        return self.fake_quant(x).reshape(shape)
