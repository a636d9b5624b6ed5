# origin: https://github.com/G-pz/HPN-CR/issues/4
# kinds: domain domain
import math

import torch
import torch.nn as nn


def _sam(x1, x2):
    B, N, _, _ = x1.shape
    x1_ = x1.reshape(B * N, -1)
    x2_ = x2.reshape(B * N, -1)

    norm1 = torch.sqrt(torch.sum(x1_ ** 2, axis=1))  #!
    norm2 = torch.sqrt(torch.sum(x2_ ** 2, axis=1))  #!
    A = torch.sum(x1_ * x2_, axis=1) / (norm1 * norm2)  #!
    eps = 1e-6  #+
    norm1 = torch.sqrt(torch.sum(x1_ ** 2, axis=1) + eps)  #+
    norm2 = torch.sqrt(torch.sum(x2_ ** 2, axis=1) + eps)  #+
    A = torch.sum(x1_ * x2_, axis=1) / (norm1 * norm2)  #+
    A = torch.clamp(A, -1 + eps, 1 - eps)  #+
    SAM = torch.acos(A) * 180 / math.pi  #*

    return torch.mean(SAM)


class SAMLoss(nn.Module):
    def forward(self, pred, label):
        return _sam(pred, label)


class CloudRemovalNet(nn.Module):
    def __init__(self, in_channels=14, out_channels=12, feat=32):
        super().__init__()
        self.head = nn.Conv2d(in_channels, feat, 3, padding=1)
        self.body = nn.Sequential(nn.ReLU(inplace=True), nn.Conv2d(feat, feat, 3, padding=1), nn.ReLU(inplace=True))
        self.tail = nn.Conv2d(feat, out_channels, 3, padding=1)

    def forward(self, cloudy, sar):
        x = self.head(torch.cat([cloudy, sar], dim=1))
        return torch.relu(self.tail(self.body(x)))


class Loss(nn.Module):
    def __init__(self, sam_weight=0.01):
        super().__init__()
        self.l1 = nn.L1Loss()
        self.sam = SAMLoss()
        self.sam_weight = sam_weight

    def forward(self, pred, label):
        return self.l1(pred, label) + self.sam_weight * self.sam(pred, label)


def train_epoch(model, loader, optimizer, criterion):
    model.train()
    for cloudy, sar, label in loader:
        pred = model(cloudy, sar)
        loss = criterion(pred, label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
