# origin: https://github.com/megvii-research/TLC/issues/3
# kinds: cancellation domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class LocalMean(nn.Module):
    """Sliding-window mean through an integral image, same spatial size as the input."""

    def __init__(self, kernel_size):
        super().__init__()
        self.kernel_size = kernel_size

    def forward(self, x):
        h, w = x.shape[2:]
        k1, k2 = min(h, self.kernel_size), min(w, self.kernel_size)
        s = F.pad(x.cumsum(dim=-1).cumsum(dim=-2), (1, 0, 1, 0))
        out = s[:, :, k1:, k2:] + s[:, :, :-k1, :-k2] - s[:, :, :-k1, k2:] - s[:, :, k1:, :-k2]
        out = out / (k1 * k2)
        dh, dw = h - out.shape[2], w - out.shape[3]
        return F.pad(out, (dw // 2, (dw + 1) // 2, dh // 2, (dh + 1) // 2), mode="replicate")


class LocalInstanceNorm2d(nn.Module):
    def __init__(self, num_features, kernel_size, eps=1e-5, affine=True):
        super().__init__()
        self.eps = eps
        self.local_mean = LocalMean(kernel_size)
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None

    def forward(self, x):
        mean_x = self.local_mean(x)  #-
        mean_xx = self.local_mean(torch.mul(x, x))  #-
        var = mean_xx - torch.mul(mean_x, mean_x)  #!
        out = (x - mean_x) / torch.sqrt(var + self.eps)  #!
        x64 = x.double()  #+
        mean_x = self.local_mean(x64)  #+
        var = self.local_mean(x64 * x64) - mean_x * mean_x  #+
        out = ((x64 - mean_x) / torch.sqrt(var.clamp(min=0) + self.eps)).to(x.dtype)  #+
        if self.weight is not None:
            out = out * self.weight.view(1, -1, 1, 1) + self.bias.view(1, -1, 1, 1)
        return out


def convert(module, kernel_size):
    for name, child in module.named_children():
        convert(child, kernel_size)
        if isinstance(child, nn.InstanceNorm2d):
            norm = LocalInstanceNorm2d(child.num_features, kernel_size, child.eps, child.affine)
            norm.load_state_dict(child.state_dict(), strict=False)
            setattr(module, name, norm)
    return module
