# origin: https://github.com/emited/VariationalRecurrentNeuralNetwork/issues/2
# kinds: domain underflow
import torch
from torch import nn


class VRNN(nn.Module):
    def __init__(self, x_dim, h_dim):
        super().__init__()
        self.dec = nn.Sequential(nn.Linear(h_dim, h_dim), nn.ReLU())
        self.dec_mean = nn.Sequential(nn.Linear(h_dim, x_dim), nn.Sigmoid())

    def _nll_bernoulli(self, theta, x):
        return -torch.sum(x * torch.log(theta) + (1 - x) * torch.log(1 - theta))  #!
        eps = torch.finfo(torch.float32).eps  #+
        return -torch.sum(x * torch.log(theta + eps) + (1 - x) * torch.log(1 - theta + eps))  #+

    def forward(self, h, x):
        return self._nll_bernoulli(self.dec_mean(self.dec(h)), x)
