# origin: https://github.com/pytorch/pytorch/issues/49844
# kinds: domain
import torch
from torch import nn


class MultiLabelHead(nn.Module):
    """Scores for all codes; codes that are not billable for a clinic are masked."""

    def __init__(self, d_model, num_codes):
        super().__init__()
        self.dropout = nn.Dropout(0.1)
        self.fc = nn.Linear(d_model, num_codes)

    def forward(self, h, allowed):
        logits = self.fc(self.dropout(h))
        return logits.masked_fill(~allowed, float("-inf"))


class CodingModel(nn.Module):
    def __init__(self, vocab_size, num_codes, d_model=256):
        super().__init__()
        self.embed = nn.EmbeddingBag(vocab_size, d_model, mode="sum")
        self.mlp = nn.Sequential(nn.Linear(d_model, d_model), nn.ReLU())
        self.head = MultiLabelHead(d_model, num_codes)
        self.criterion = nn.BCEWithLogitsLoss()

    def forward(self, tokens, offsets, allowed):
        return self.head(self.mlp(self.embed(tokens, offsets)), allowed)

    def loss(self, batch):
        allowed = batch["allowed"]
        logits = self(batch["tokens"], batch["offsets"], allowed)
        targets = batch["codes"].to(logits.dtype)
        if not allowed.any():
            return logits.new_zeros(())
        return self.criterion(logits, targets)  #!
        return self.criterion(logits[allowed], targets[allowed])  #+


def train_epoch(model, loader, optimizer):
    model.train()
    total = 0.0
    for batch in loader:
        loss = model.loss(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / max(len(loader), 1)


@torch.no_grad()
def predict(model, batch, threshold=0.5):
    model.eval()
    probs = torch.sigmoid(model(batch["tokens"], batch["offsets"], batch["allowed"]))
    return probs > threshold
