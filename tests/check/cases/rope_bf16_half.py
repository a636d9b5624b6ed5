import torch
import torch.nn as nn
import torch.nn.functional as F

class R(nn.Module):
    def __init__(self, d):
        super().__init__()
        inv = 1.0 / (10000 ** (torch.arange(0, d, 2).float() / d))
        self.register_buffer('inv_freq', inv)
    def forward(self, seq_len):
        t = torch.arange(seq_len, device='cuda', dtype=self.inv_freq.dtype)  # NS211
        return torch.outer(t, self.inv_freq)
model = R(64).half()
