# origin: https://github.com/pytorch/pytorch/issues/78064
# kinds: domain
import torch
from torch import nn


class AngleLoss(nn.Module):
    def __init__(self):
        super().__init__()
        self.cosine = nn.CosineSimilarity(dim=-1)

    def forward(self, predicted, target):
        similarity = self.cosine(predicted, target)
        angle = torch.acos(similarity)  #!
        angle = torch.acos(similarity.clamp(-1 + 1e-6, 1 - 1e-6))  #+
        return angle.mean()
