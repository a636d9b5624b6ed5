# origin: https://github.com/Pzoom522/ProcrustEs-KGE/issues/2
# kinds: domain
import torch
from torch import nn


class ProcrustEs(nn.Module):
    def __init__(self, n_ent, dim):
        super().__init__()
        self.entity = nn.Parameter(torch.randn(n_ent, dim))

    def rotation(self, head, tail):
        A = head.transpose(-1, -2) @ tail
        U, s, V = torch.svd(A)  #!
        R = U @ V.transpose(-1, -2)  #-
        with torch.no_grad():  #+
            U, s, V = torch.svd(A)  #+
            R = U @ V.transpose(-1, -2)  #+
        return R

    def forward(self, h, t):
        head, tail = self.entity[h], self.entity[t]
        return ((head @ self.rotation(head, tail) - tail) ** 2).mean()
