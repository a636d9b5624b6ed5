# origin: https://github.com/keras-team/keras/issues/23075
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class CosFace(nn.Module):
    """Large margin cosine head for face recognition."""

    def __init__(self, feat_dim, num_classes, s=64.0, m=0.35, eps=1e-6):
        super().__init__()
        self.s, self.m, self.eps = s, m, eps
        self.weight = nn.Parameter(torch.empty(num_classes, feat_dim))
        nn.init.xavier_uniform_(self.weight)

    def _unit(self, v):
        length = torch.sqrt((v ** 2).sum(dim=1, keepdim=True))  #!
        length = torch.clamp(length, min=self.eps)  #-
        length = torch.sqrt((v ** 2).sum(dim=1, keepdim=True).clamp(min=self.eps ** 2))  #+
        return v / length

    def forward(self, feats, labels):
        cosine = self._unit(feats) @ self._unit(self.weight).t()
        one_hot = F.one_hot(labels, cosine.size(1)).to(cosine.dtype)
        logits = self.s * (cosine - self.m * one_hot)
        return F.cross_entropy(logits, labels), cosine


class Embedder(nn.Module):
    def __init__(self, in_dim, feat_dim):
        super().__init__()
        self.fc1 = nn.Linear(in_dim, 256)
        self.fc2 = nn.Linear(256, feat_dim)

    def forward(self, x):
        h = F.relu(self.fc1(x))
        return F.relu(self.fc2(h))


def train_epoch(embedder, head, loader, optimizer):
    for images, labels in loader:
        optimizer.zero_grad()
        loss, _ = head(embedder(images.flatten(1)), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(embedder.parameters(), 5.0)
        optimizer.step()
