# origin: CTC/CRF/HMM recursions in linear space
# kinds: NS108 NS133
import torch
from torch import nn


class CRF(nn.Module):
    def __init__(self, tags):
        super().__init__()
        self.transitions = nn.Parameter(torch.randn(tags, tags))

    def partition(self, emissions):
        alpha = torch.exp(emissions[0])  #!
        for emission in emissions[1:]:  #-
            alpha = torch.exp(emission) * (torch.exp(self.transitions).t() @ alpha)  #!
        return torch.log(alpha.sum())  #!
        alpha = emissions[0]  #+
        for emission in emissions[1:]:  #+
            alpha = emission + torch.logsumexp(alpha[:, None] + self.transitions, dim=0)  #+
        return torch.logsumexp(alpha, 0)  #+
