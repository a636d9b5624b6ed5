# origin: https://github.com/facebookresearch/sam3/pull/576
# kinds: domain underflow
import torch
import torch.nn.functional as F
from torch import nn


class GeneralizedCrossEntropy(nn.Module):
    """L_q loss for learning with noisy labels (Zhang & Sabuncu, 2018)."""

    def __init__(self, q=0.7, num_samples=50000, k=0.5):
        super().__init__()
        self.q = q
        self.k = k
        self.register_buffer("weight", torch.ones(num_samples))

    def per_sample(self, logits, targets):
        probs = F.softmax(logits, dim=1)  #-
        p_y = torch.gather(probs, 1, targets.unsqueeze(1)).squeeze(1)  #-
        return (1.0 - p_y ** self.q) / self.q  #!
        log_p = F.log_softmax(logits, dim=1)  #+
        log_py = torch.gather(log_p, 1, targets.unsqueeze(1)).squeeze(1)  #+
        return -torch.expm1(self.q * log_py) / self.q  #+

    def forward(self, logits, targets, indexes):
        loss = self.per_sample(logits, targets)
        lk = (1.0 - self.k ** self.q) / self.q
        return ((loss - lk) * self.weight[indexes]).mean()

    @torch.no_grad()
    def update_weight(self, logits, targets, indexes):
        lk = (1.0 - self.k ** self.q) / self.q
        self.weight[indexes] = (self.per_sample(logits, targets) < lk).float()


def train(model, criterion, loader, optimizer, epochs, prune_start=40):
    for epoch in range(epochs):
        for images, targets, indexes in loader:
            logits = model(images)
            loss = criterion(logits, targets, indexes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch >= prune_start and epoch % 10 == 0:
            for images, targets, indexes in loader:
                with torch.no_grad():
                    criterion.update_weight(model(images), targets, indexes)
