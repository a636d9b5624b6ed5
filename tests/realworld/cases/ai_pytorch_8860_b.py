# origin: https://github.com/pytorch/pytorch/issues/8860
# kinds: precision domain
import torch


class EntityTable:
    """Half-precision embedding table with its own Adagrad, for large knowledge graphs."""

    def __init__(self, num, dim, lr=0.1, device="cpu"):
        bound = 6.0 / dim ** 0.5
        self.weight = torch.empty(num, dim, device=device).uniform_(-bound, bound).half()
        self.state_sum = torch.zeros(num, dim, device=device, dtype=torch.float16)  #-
        self.state_sum = torch.zeros(num, dim, device=device, dtype=torch.float32)  #+
        self.lr = lr

    def gather(self, idx):
        rows = self.weight[idx]
        rows.requires_grad_(True)
        return rows

    @torch.no_grad()
    def update(self, idx, rows):
        grad = rows.grad
        grad = grad.float()  #+
        self.state_sum[idx] += grad * grad
        std = self.state_sum[idx].sqrt().add_(1e-10)  #!
        std = self.state_sum[idx].sqrt().add_(1e-10)  #+
        self.weight[idx] -= self.lr * grad / std  #-
        self.weight[idx] -= (self.lr * grad / std).half()  #+


def score(head, relation, tail):
    """DistMult."""
    return (head.float() * relation.float() * tail.float()).sum(-1)


def train_step(entities, relations, batch, margin=1.0):
    h, r, t, neg = batch
    head, rel, tail, corrupt = entities.gather(h), relations.gather(r), entities.gather(t), entities.gather(neg)
    loss = torch.relu(margin - score(head, rel, tail) + score(head, rel, corrupt)).mean()
    loss.backward()
    relations.update(r, rel)
    for idx, rows in ((h, head), (t, tail), (neg, corrupt)):
        entities.update(idx, rows)
    return loss.item()


def fit(triples, num_entities, num_relations, dim=200, epochs=10, batch_size=1024):
    entities = EntityTable(num_entities, dim)
    relations = EntityTable(num_relations, dim)
    for epoch in range(epochs):
        for chunk in triples[torch.randperm(len(triples))].split(batch_size):
            h, r, t = chunk.unbind(1)
            neg = torch.randint(num_entities, (len(chunk),))
            train_step(entities, relations, (h, r, t, neg))
    return entities, relations
