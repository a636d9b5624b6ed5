# origin: https://github.com/meta-llama/llama/issues/1048
# kinds: overflow
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def _norm(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)  #!
        x32 = x.float()  #+
        return (x32 * torch.rsqrt(x32.pow(2).mean(-1, keepdim=True) + self.eps)).type_as(x)  #+

    def forward(self, x):
        return self._norm(x) * self.weight


def build(dim):
    torch.set_default_dtype(torch.float16)
    return RMSNorm(dim).cuda()
