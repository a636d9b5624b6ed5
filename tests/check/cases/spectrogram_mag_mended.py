import torch
import torch.nn as nn
import torch.nn.functional as F

class Mel(nn.Module):
    def forward(self, x):
        re = F.conv1d(x, self.cos, stride=4)
        im = F.conv1d(x, self.sin, stride=4)
        mag = torch.sqrt(re ** 2 + im ** 2 + 1e-9)
        return mag
