# origin: https://github.com/huggingface/transformers/pull/40860
# kinds: cancellation precision
import torch
from torch import nn


class MuLaw(nn.Module):
    def __init__(self, quantization_channels=256):
        super().__init__()
        self.mu = quantization_channels - 1

    def expand(self, x):
        grown = torch.exp(x.abs() * torch.log1p(torch.tensor(float(self.mu)))) - 1  #!
        grown = torch.expm1(x.abs() * torch.log1p(torch.tensor(float(self.mu))))  #+
        return torch.sign(x) * grown / self.mu

    def compress(self, x):
        return torch.sign(x) * torch.log(1 + self.mu * x.abs()) / torch.log1p(torch.tensor(float(self.mu)))  #!
        return torch.sign(x) * torch.log1p(self.mu * x.abs()) / torch.log1p(torch.tensor(float(self.mu)))  #+
