# origin: https://github.com/pytorch/pytorch/pull/20179
# kinds: domain
from typing import Optional

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class GumbelQuantizer(nn.Module):
    def __init__(self, dim, n_embed, tau: float = 1.0, straight_through: bool = True):
        super().__init__()
        self.proj = nn.Conv2d(dim, n_embed, 1)
        self.embed = nn.Embedding(n_embed, dim)
        self.tau, self.hard = tau, straight_through

    def noise(self, logits: Tensor, generator: Optional[torch.Generator] = None) -> Tensor:
        u = torch.rand(logits.shape, device=logits.device, generator=generator)
        u = u.clamp(1e-6, 1 - 1e-6)  #+
        return -torch.log(-torch.log(u))  #*

    def forward(self, z):
        logits = self.proj(z)
        soft = F.softmax((logits + self.noise(logits)) / self.tau, dim=1)
        if self.hard:
            index = soft.argmax(dim=1, keepdim=True)
            one_hot = torch.zeros_like(soft).scatter_(1, index, 1.0)
            soft = one_hot - soft.detach() + soft
        return torch.einsum("bnhw,nd->bdhw", soft, self.embed.weight)
