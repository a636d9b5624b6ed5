# origin: https://github.com/digantamisra98/EvoNorm/issues/4
# kinds: domain
import torch
import torch.nn as nn


def instance_std(x, eps=1e-5):
    var = torch.var(x, dim=(2, 3), keepdim=True).expand_as(x)  #!
    var = torch.var(x, dim=(2, 3), unbiased=False, keepdim=True).expand_as(x)  #+
    return torch.sqrt(var + eps)


class EvoNormB0(nn.Module):
    def __init__(self, channels, momentum=0.9, eps=1e-5):
        super().__init__()
        self.momentum = momentum
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.beta = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.v = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.register_buffer("running_var", torch.ones(1, channels, 1, 1))

    def forward(self, x):
        if self.training:
            var = torch.var(x, dim=(0, 2, 3), unbiased=False, keepdim=True)
            self.running_var.mul_(self.momentum)
            self.running_var.add_((1 - self.momentum) * var.detach())
        else:
            var = self.running_var
        batch_std = torch.sqrt(var + self.eps)
        den = torch.max(batch_std.expand_as(x), self.v * x + instance_std(x, self.eps))
        return x / den * self.gamma + self.beta


class ConvStage(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, stride=2, padding=1)
        self.norm = EvoNormB0(out_channels)

    def forward(self, x):
        return self.norm(self.conv(x))
