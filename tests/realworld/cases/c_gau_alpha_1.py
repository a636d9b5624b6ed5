# origin: https://github.com/JunnYu/GAU-alpha-pytorch/issues/1
# kinds: overflow domain
import torch
from torch import nn

INF = 1e12  #-
INF = 1e4  #+


def attention_normalize(a, mask=None, dim=-1):
    if mask is not None:
        a = a - (1 - mask) * INF  #*
    return torch.softmax(a, dim=dim)


class GatedAttentionUnit(nn.Module):
    def __init__(self, hidden, key_size=128):
        super().__init__()
        self.key_size = key_size
        self.q = nn.Linear(hidden, key_size)
        self.k = nn.Linear(hidden, key_size)

    def forward(self, x, mask):
        a = torch.einsum("bmd,bnd->bmn", self.q(x), self.k(x)).half()
        return attention_normalize(a / self.key_size**0.5, mask) @ x
