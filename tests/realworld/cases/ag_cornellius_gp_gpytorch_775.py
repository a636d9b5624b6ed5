# origin: https://github.com/cornellius-gp/gpytorch/issues/775
# kinds: overflow
import torch
import torch.nn.functional as F
from torch import nn


def inv_softplus(x):
    return torch.log(torch.exp(x) - 1)  #!
    return x + torch.log(-torch.expm1(-x))  #+


class Positive(nn.Module):
    """Constraint mapping an unconstrained raw parameter to (0, inf)."""

    def transform(self, tensor):
        return F.softplus(tensor)

    def inverse_transform(self, transformed_tensor):
        return inv_softplus(transformed_tensor)


class RBFKernel(nn.Module):
    def __init__(self, ard_num_dims=1):
        super().__init__()
        self.raw_lengthscale = nn.Parameter(torch.zeros(1, ard_num_dims))
        self.raw_outputscale = nn.Parameter(torch.zeros(1))
        self.constraint = Positive()

    @property
    def lengthscale(self):
        return self.constraint.transform(self.raw_lengthscale)

    @lengthscale.setter
    def lengthscale(self, value):
        value = torch.as_tensor(value).to(self.raw_lengthscale).expand_as(self.raw_lengthscale)
        with torch.no_grad():
            self.raw_lengthscale.copy_(self.constraint.inverse_transform(value))

    @property
    def outputscale(self):
        return self.constraint.transform(self.raw_outputscale)

    def forward(self, x1, x2):
        diff = (x1.unsqueeze(1) - x2.unsqueeze(0)) / self.lengthscale
        return self.outputscale * torch.exp(-0.5 * diff.pow(2).sum(-1))


def build_kernel(train_x, lengthscale=150.0):
    kernel = RBFKernel(ard_num_dims=train_x.size(-1))
    kernel.lengthscale = lengthscale
    return kernel
