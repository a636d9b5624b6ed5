# origin: https://github.com/NTMC-Community/MatchZoo-py/pull/69
# kinds: underflow domain
import torch
from torch import nn
import torch.nn.functional as F


class RankCrossEntropyLoss(nn.Module):
    """Cross entropy over one relevant document and `num_neg` sampled ones."""

    def __init__(self, num_neg: int = 1):
        super().__init__()
        self.num_neg = num_neg

    def forward(self, y_pred: torch.Tensor, y_true: torch.Tensor):
        logits = y_pred[::(self.num_neg + 1), :]
        labels = y_true[::(self.num_neg + 1), :]
        for neg_idx in range(self.num_neg):
            logits = torch.cat((logits, y_pred[(neg_idx + 1)::(self.num_neg + 1), :]), dim=-1)
            labels = torch.cat((labels, y_true[(neg_idx + 1)::(self.num_neg + 1), :]), dim=-1)
        return -torch.mean(torch.sum(labels * torch.log(F.softmax(logits, dim=-1)), dim=-1))  #!
        return -torch.mean(torch.sum(labels * F.log_softmax(logits, dim=-1), dim=-1))  #+


class RankHingeLoss(nn.Module):
    def __init__(self, margin: float = 1.0):
        super().__init__()
        self.margin = margin

    def forward(self, pos, neg):
        return F.relu(self.margin - pos + neg).mean()


class Ranker(nn.Module):
    def __init__(self, dim, num_neg=4):
        super().__init__()
        self.score = nn.Linear(dim, 1)
        self.criterion = RankCrossEntropyLoss(num_neg)

    def forward(self, features, relevance):
        return self.criterion(self.score(features), relevance)


def run_epoch(model, loader, optimizer):
    for features, relevance in loader:
        loss = model(features, relevance.float().view(-1, 1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
