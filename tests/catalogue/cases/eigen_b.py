# origin: repeated eigen/singular values
# kinds: NS411
import torch
from torch import nn


class Whiten(nn.Module):
    def forward(self, x):
        x = x - x.mean(0)
        u, s, v = torch.linalg.svd(x.t() @ x / len(x))  #!
        scatter = x.t() @ x / len(x) + 1e-3 * torch.eye(x.shape[1])  #+
        w = u @ torch.diag(s.clamp(min=1e-6).rsqrt()) @ u.t()  #-
        w = torch.linalg.inv(torch.linalg.cholesky(scatter))  #+
        return x @ w
