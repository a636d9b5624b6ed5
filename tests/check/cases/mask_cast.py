import torch


def extended(mask, x):
    mask = mask[:, None, None, :]
    mask = mask.to(dtype=x.dtype)
    mask = (1.0 - mask) * -1e9  # NS136
    return mask
