# origin: https://github.com/pytorch/pytorch/pull/47240
# kinds: cancellation
import torch


def var_mean(x, dim, keepdim=False, unbiased=True):
    mean = torch.mean(x, dim, keepdim=keepdim)
    mean_sq = torch.mean(x * x, dim, keepdim=keepdim)
    var = mean_sq - mean * mean  #!
    centred = x - torch.mean(x, dim, keepdim=True)  #+
    var = torch.mean(centred * centred, dim, keepdim=keepdim)  #+
    if unbiased:
        count = x.shape[dim]
        var = var * count / max(count - 1, 1)
    return var, mean
