# origin: https://github.com/ronghuaiyang/arcface-pytorch/issues/91
# kinds: domain
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class ArcMarginProduct(nn.Module):
    def __init__(self, in_features, out_features, s=30.0, m=0.5):
        super().__init__()
        self.s = s
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.cos_m, self.sin_m = math.cos(m), math.sin(m)

    def forward(self, input, label):
        cosine = F.linear(F.normalize(input), F.normalize(self.weight))
        sine = torch.sqrt((1.0 - torch.pow(cosine, 2)).clamp(0, 1))  #!
        sine = torch.sqrt((1.0 - torch.pow(cosine, 2)).clamp(1e-6, 1))  #+
        phi = cosine * self.cos_m - sine * self.sin_m
        one_hot = torch.zeros_like(cosine).scatter_(1, label.view(-1, 1), 1)
        return self.s * (one_hot * phi + (1.0 - one_hot) * cosine)
