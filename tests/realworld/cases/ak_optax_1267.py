# origin: https://github.com/google-deepmind/optax/issues/1267
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class GeneralizedCrossEntropy(nn.Module):
    """L_q loss of Zhang & Sabuncu: between CE (q -> 0) and MAE (q = 1)."""

    def __init__(self, q=0.7, reduction="mean", min_prob=1e-6):
        super().__init__()
        if not 0.0 < q <= 1.0:
            raise ValueError(f"q must be in (0, 1], got {q}")
        self.q = q
        self.reduction = reduction
        self.min_prob = min_prob

    def forward(self, logits, target):
        probs = F.softmax(logits, dim=-1)
        picked = probs.gather(-1, target.unsqueeze(-1)).squeeze(-1)
        picked = picked.clamp(min=self.min_prob)  #+
        loss = (1.0 - picked ** self.q) / self.q  #*
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss


class CellTypeClassifier(nn.Module):
    """MLP on log-normalised counts; labels come from marker genes and are noisy."""

    def __init__(self, genes, n_types, hidden=256, q=0.7):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(genes, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Dropout(0.2),
            nn.Linear(hidden, hidden), nn.ReLU(),
        )
        self.head = nn.Linear(hidden, n_types)
        self.criterion = GeneralizedCrossEntropy(q)

    def forward(self, counts):
        size = counts.sum(-1, keepdim=True).clamp(min=1)
        x = torch.log1p(counts / size * 1e4)
        return self.head(self.body(x))

    def training_step(self, batch):
        return self.criterion(self(batch["counts"]), batch["label"])
