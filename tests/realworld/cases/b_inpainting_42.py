# origin: https://github.com/daa233/generative-inpainting-pytorch/pull/42
# kinds: domain
import torch


def reduce_sum(x, axis, keepdim=False):
    for i in sorted(axis, reverse=True):
        x = torch.sum(x, dim=i, keepdim=keepdim)
    return x


def normalise_patches(patches, escape=1e-4):
    escape_nan = torch.tensor(escape)
    norm = torch.sqrt(torch.sum(torch.pow(patches, 2), dim=[1, 2, 3], keepdim=True))  #!
    norm = torch.sqrt(torch.sum(torch.pow(patches, 2), dim=[1, 2, 3], keepdim=True) + escape)  #+
    norm = torch.max(norm, escape_nan)
    return patches / norm
