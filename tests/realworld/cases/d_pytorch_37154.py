# origin: https://github.com/pytorch/pytorch/issues/37154
# kinds: domain
import torch
from torch import nn


class TripletMarginLoss(nn.Module):
    def __init__(self, margin=0.2):
        super().__init__()
        self.margin = margin

    def distances(self, e):
        dot = e @ e.t()
        sq = dot.diagonal()
        d2 = sq.unsqueeze(0) - 2 * dot + sq.unsqueeze(1)
        d = d2.clamp(min=0).sqrt()  #!
        d = d2.clamp(min=1e-12).sqrt()  #+
        return d

    def forward(self, embeddings, pos, neg):
        d = self.distances(embeddings)
        return torch.relu((d * pos).amax(1) - (d + 1e3 * (1 - neg)).amin(1) + self.margin).mean()
