# origin: https://github.com/pytorch/pytorch/issues/78064
# kinds: domain
import math

import torch
import torch.nn as nn


class CosineSimilarity(nn.Module):
    def __init__(self, dim=1, eps=1e-8):
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1, x2):
        w12 = torch.sum(x1 * x2, dim=self.dim)
        w1 = torch.sum(x1 * x1, dim=self.dim)
        w2 = torch.sum(x2 * x2, dim=self.dim)
        n12 = (w1 * w2).clamp_min(self.eps * self.eps).sqrt()
        return w12 / n12


class AngularDistance(nn.Module):
    """Angle between two sets of embeddings, in units of pi."""

    def __init__(self, dim=1):
        super().__init__()
        self.similarity = CosineSimilarity(dim=dim)

    def forward(self, x1, x2):
        cos = self.similarity(x1, x2)
        cos = cos.clamp(-1.0 + 1e-6, 1.0 - 1e-6)  #+
        return torch.acos(cos) / math.pi  #*


class SentenceEncoder(nn.Module):
    def __init__(self, vocab_size, dim=256):
        super().__init__()
        self.embedding = nn.EmbeddingBag(vocab_size, dim, mode="mean")
        self.project = nn.Linear(dim, dim)

    def forward(self, tokens, offsets):
        return torch.tanh(self.project(self.embedding(tokens, offsets)))


class SiameseModel(nn.Module):
    def __init__(self, vocab_size):
        super().__init__()
        self.encoder = SentenceEncoder(vocab_size)
        self.distance = AngularDistance()

    def forward(self, left, right):
        return self.distance(self.encoder(*left), self.encoder(*right))


def train_step(model, optimizer, left, right, similarity):
    """`similarity` is the human score scaled to [0, 1]; duplicates have 1."""
    distance = model(left, right)
    loss = nn.functional.mse_loss(1.0 - distance, similarity)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
