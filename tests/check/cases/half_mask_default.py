import torch


def extended(mask, dtype=torch.float16):
    mask = mask.to(dtype=dtype)
    return (1.0 - mask) * -1e9  # NS112
