import torch


def ts(seconds, nanoseconds):
    return torch.tensor(seconds + 1e-9 * nanoseconds, dtype=torch.float32)  # NS210
