# origin: https://github.com/taokong/group_normalization/issues/1
# kinds: domain
import torch
import torch.nn as nn


class GroupNorm(nn.Module):
    def __init__(self, num_features, num_groups=32, eps=1e-5):
        super(GroupNorm, self).__init__()
        self.weight = nn.Parameter(torch.ones(1, num_features, 1, 1))
        self.bias = nn.Parameter(torch.zeros(1, num_features, 1, 1))
        self.num_groups = num_groups
        self.eps = eps

    def forward(self, x):
        N, C, H, W = x.size()
        G = self.num_groups
        assert C % G == 0
        x = x.view(N, G, -1)
        mean = x.mean(-1, keepdim=True)
        var = x.var(-1, keepdim=True)
        x = (x - mean) / (var.sqrt() + self.eps)  #!
        x = (x - mean) / (var + self.eps).sqrt()  #+
        x = x.view(N, C, H, W)
        return x * self.weight + self.bias


def convert(module, num_groups=32):
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            setattr(module, name, GroupNorm(child.num_features, min(num_groups, child.num_features)))
        else:
            convert(child, num_groups)
    return module
