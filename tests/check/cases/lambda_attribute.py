import torch
import torch.nn as nn
import torch.nn.functional as F

class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.log = lambda t: torch.log(t)
    def forward(self, x):
        p = torch.sigmoid(x)
        return self.log(1 - p)  # NS103
