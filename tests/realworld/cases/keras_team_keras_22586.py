# origin: https://github.com/keras-team/keras/issues/22586
# kinds: precision underflow overflow domain
import torch


def group_moments(x, groups):
    n, c = x.shape[:2]
    grouped = x.reshape(n, groups, -1)
    mean = grouped.mean(dim=-1, keepdim=True)
    variance = grouped.var(dim=-1, keepdim=True, unbiased=False)
    return grouped, mean, variance


def group_norm_fp16(x, groups, epsilon=1e-12):
    grouped, mean, variance = group_moments(x.half(), groups)
    normed = (grouped - mean) * torch.rsqrt(variance + 1e-12)  #!
    normed = (grouped - mean) * torch.rsqrt(variance + 1e-3)  #+
    return normed.reshape(x.shape)
