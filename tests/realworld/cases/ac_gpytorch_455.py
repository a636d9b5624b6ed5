# origin: https://github.com/cornellius-gp/gpytorch/pull/455
# kinds: domain domain
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class MaternKernel(nn.Module):
    def __init__(self, nu=2.5):
        super().__init__()
        if nu not in {0.5, 1.5, 2.5}:
            raise RuntimeError("nu expected to be 0.5, 1.5, or 2.5")
        self.nu = nu
        self.raw_lengthscale = nn.Parameter(torch.zeros(1, 1))

    @property
    def lengthscale(self):
        return F.softplus(self.raw_lengthscale) + 1e-4

    def covar_dist(self, x1, x2):
        diff = x1.unsqueeze(-2) - x2.unsqueeze(-3)
        return diff.pow(2).sum(-1).sqrt()  #!
        return torch.norm(diff, p=2, dim=-1)  #+

    def forward(self, x1, x2):
        mean = x1.mean(0, keepdim=True)
        x1_ = (x1 - mean).div(self.lengthscale)
        x2_ = (x2 - mean).div(self.lengthscale)
        distance = self.covar_dist(x1_, x2_)

        exp_component = torch.exp(-math.sqrt(self.nu * 2) * distance)
        if self.nu == 0.5:
            constant_component = 1
        elif self.nu == 1.5:
            constant_component = (math.sqrt(3) * distance).add(1)
        else:
            constant_component = (math.sqrt(5) * distance).add(1).add(5.0 / 3.0 * distance ** 2)
        return constant_component * exp_component


class ExactGP(nn.Module):
    def __init__(self):
        super().__init__()
        self.covar_module = MaternKernel(nu=2.5)
        self.raw_noise = nn.Parameter(torch.zeros(1))

    def neg_mll(self, x, y):
        noise = F.softplus(self.raw_noise) + 1e-4
        K = self.covar_module(x, x) + noise * torch.eye(len(x))
        L = torch.linalg.cholesky(K)
        alpha = torch.cholesky_solve(y.unsqueeze(-1), L)
        return (0.5 * y @ alpha.squeeze(-1) + L.diagonal().log().sum() + 0.5 * len(x) * math.log(2 * math.pi)) / len(x)


def train(train_x, train_y, training_iter=50):
    model = ExactGP()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    for i in range(training_iter):
        optimizer.zero_grad()
        loss = model.neg_mll(train_x, train_y)
        loss.backward()
        optimizer.step()
    return model


if __name__ == "__main__":
    train_x = torch.linspace(0, 1, 11).unsqueeze(-1)
    train(train_x, torch.sin(train_x.squeeze(-1) * (2 * math.pi)))
