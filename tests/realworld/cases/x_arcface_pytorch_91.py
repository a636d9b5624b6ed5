# origin: https://github.com/ronghuaiyang/arcface-pytorch/issues/91
# kinds: domain explosion
import math
import torch
import torch.nn as nn
import torch.nn.functional as F


class ArcMarginProduct(nn.Module):
    def __init__(self, in_features, out_features, s=30.0, m=0.50, easy_margin=False):
        super().__init__()
        self.s = s
        self.easy_margin = easy_margin
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        nn.init.xavier_uniform_(self.weight)
        self.cos_m = math.cos(m)
        self.sin_m = math.sin(m)
        self.th = math.cos(math.pi - m)
        self.mm = math.sin(math.pi - m) * m

    def forward(self, embeddings, label):
        cosine = F.linear(F.normalize(embeddings), F.normalize(self.weight))
        sine = torch.sqrt((1.0 - torch.pow(cosine, 2)).clamp(0, 1))  #!
        sine = torch.sqrt((1.0 - torch.pow(cosine, 2)).clamp(1e-6, 1))  #+
        phi = cosine * self.cos_m - sine * self.sin_m
        if self.easy_margin:
            phi = torch.where(cosine > 0, phi, cosine)
        else:
            phi = torch.where(cosine > self.th, phi, cosine - self.mm)
        one_hot = F.one_hot(label, self.weight.size(0)).to(cosine.dtype)
        return self.s * (one_hot * phi + (1.0 - one_hot) * cosine)


class FaceRecognizer(nn.Module):
    def __init__(self, backbone, dim, num_ids):
        super().__init__()
        self.backbone = backbone
        self.margin = ArcMarginProduct(dim, num_ids)

    def forward(self, images, label):
        logits = self.margin(self.backbone(images), label)
        return F.cross_entropy(logits, label)
