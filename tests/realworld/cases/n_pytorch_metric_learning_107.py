# origin: https://github.com/KevinMusgrave/pytorch-metric-learning/issues/107
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class TripletMarginLoss(nn.Module):
    def __init__(self, margin=0.05, distance_norm=2, avg_non_zero_only=True):
        super().__init__()
        self.margin = margin
        self.distance_norm = distance_norm
        self.avg_non_zero_only = avg_non_zero_only
        self.num_non_zero_triplets = 0

    def forward(self, embeddings, labels, indices_tuple=None):
        embeddings = F.normalize(embeddings, dim=1)
        if indices_tuple is None:
            indices_tuple = self.all_triplets(labels)
        a, p, n = indices_tuple
        if len(a) == 0:
            self.num_non_zero_triplets = 0
            return embeddings.sum() * 0
        ap = F.pairwise_distance(embeddings[a], embeddings[p], self.distance_norm)
        an = F.pairwise_distance(embeddings[a], embeddings[n], self.distance_norm)
        violation = F.relu(ap - an + self.margin)
        self.num_non_zero_triplets = (violation > 0).nonzero().size(0)
        if self.avg_non_zero_only:
            return torch.sum(violation) / self.num_non_zero_triplets  #!
            return torch.sum(violation) / max(self.num_non_zero_triplets, 1)  #+
        return torch.mean(violation)

    @staticmethod
    def all_triplets(labels):
        same = labels.unsqueeze(1) == labels.unsqueeze(0)
        eye = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
        pos, neg = same & ~eye, ~same
        triplets = pos.unsqueeze(2) & neg.unsqueeze(1)
        return torch.where(triplets)


def train_epoch(trunk, loss_fn, miner, optimizer, loader, device):
    for data, labels in loader:
        data, labels = data.to(device), labels.to(device)
        embeddings = trunk(data)
        loss = loss_fn(embeddings, labels, miner(embeddings, labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss_fn.num_non_zero_triplets
