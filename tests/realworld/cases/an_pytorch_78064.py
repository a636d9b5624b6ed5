# origin: https://github.com/pytorch/pytorch/issues/78064
# kinds: domain
import math

import torch
from torch import nn
from torch.nn import CosineSimilarity


class AngularMarginTripletLoss(nn.Module):
    def __init__(self, margin_degrees=15.0, reduction="mean"):
        super().__init__()
        self.margin = math.radians(margin_degrees)
        self.similarity = CosineSimilarity(dim=-1)
        self.reduction = reduction

    def angle(self, a, b):
        sim = self.similarity(a, b)
        sim = sim.clamp(-1 + 1e-6, 1 - 1e-6)  #+
        return torch.acos(sim)  #!
        return torch.acos(sim)  #+

    def forward(self, anchor, positive, negative):
        d_pos = self.angle(anchor, positive)
        d_neg = self.angle(anchor, negative)
        losses = torch.relu(d_pos - d_neg + self.margin)
        if self.reduction == "mean":
            return losses.mean()
        if self.reduction == "sum":
            return losses.sum()
        return losses


class FaceEmbedder(nn.Module):
    def __init__(self, channels=(3, 32, 64, 128), embedding_dim=256):
        super().__init__()
        blocks = []
        for c_in, c_out in zip(channels[:-1], channels[1:]):
            blocks += [nn.Conv2d(c_in, c_out, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(c_out), nn.PReLU(c_out)]
        self.features = nn.Sequential(*blocks)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels[-1], embedding_dim)

    def forward(self, x):
        return self.fc(self.pool(self.features(x)).flatten(1))


class Trainer:
    def __init__(self, model, lr=0.05, device="cpu"):
        self.model = model.to(device)
        self.device = device
        self.criterion = AngularMarginTripletLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=lr, momentum=0.9, weight_decay=5e-4)

    def fit_epoch(self, loader):
        self.model.train()
        running, seen = 0.0, 0
        for anchor, positive, negative in loader:
            batch = torch.cat([anchor, positive, negative]).to(self.device)
            emb_a, emb_p, emb_n = self.model(batch).chunk(3)
            loss = self.criterion(emb_a, emb_p, emb_n)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            running += loss.item() * anchor.size(0)
            seen += anchor.size(0)
        return running / max(seen, 1)
