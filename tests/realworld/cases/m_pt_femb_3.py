# origin: https://github.com/jonasgrebe/pt-femb-face-embeddings/issues/3
# kinds: domain
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class ArcMarginHeader(nn.Module):
    def __init__(self, in_features, out_features, s=64.0, m1=1.0, m2=0.5, m3=0.0):
        super().__init__()
        self.s, self.m1, self.m2, self.m3 = s, m1, m2, m3
        self.out_features = out_features
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        nn.init.xavier_normal_(self.weight)

    def forward(self, embedding, label):
        logits = F.linear(F.normalize(embedding), F.normalize(self.weight))
        theta = torch.acos(logits).clamp(-1, 1)  #!
        theta = torch.acos(logits.clamp(-1 + 1e-6, 1 - 1e-6))  #+
        margin = torch.cos(self.m1 * theta + self.m2) - self.m3
        one_hot = F.one_hot(label, self.out_features).to(logits.dtype)
        return self.s * (one_hot * margin + (1 - one_hot) * logits)


class ArcFaceHeader(ArcMarginHeader):
    def __init__(self, in_features, out_features, s=64.0, m=0.5):
        super().__init__(in_features, out_features, s=s, m2=min(m, math.pi / 2))


class FembModule(nn.Module):
    def __init__(self, backbone, header):
        super().__init__()
        self.backbone = backbone
        self.header = header

    def training_loss(self, images, labels):
        return F.cross_entropy(self.header(self.backbone(images), labels), labels)


def train_epoch(module, loader, optimizer):
    for images, labels in loader:
        optimizer.zero_grad()
        loss = module.training_loss(images, labels)
        loss.backward()
        optimizer.step()
