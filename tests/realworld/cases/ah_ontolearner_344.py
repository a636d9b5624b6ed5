# origin: https://github.com/sciknoworg/OntoLearner/issues/344
# kinds: domain
import math

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


class CrossAttentionScorer(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.q = nn.Linear(dim, dim)
        self.k = nn.Linear(dim, dim)
        self.scale = dim ** -0.5

    def forward(self, child, parent):
        return (self.q(child) * self.k(parent)).sum(-1) * self.scale


class Learner:
    def __init__(self, num_epochs=1, batch_size=256, lr=5e-4, warmup_ratio=0.1, min_warmup_steps=1):
        self.num_epochs = num_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.warmup_ratio = warmup_ratio
        self.min_warmup_steps = min_warmup_steps
        self.model = CrossAttentionScorer()

    def fit(self, child, parent, labels):
        loader = DataLoader(TensorDataset(child, parent, labels), batch_size=self.batch_size, shuffle=True)
        optimizer = torch.optim.AdamW(self.model.parameters(), lr=self.lr)
        total_steps = self.num_epochs * len(loader)
        warmup_steps = max(self.min_warmup_steps, int(self.warmup_ratio * total_steps))

        def lr_lambda(step):
            if step < warmup_steps:
                return step / warmup_steps
            progress = (step - warmup_steps) / (total_steps - warmup_steps)  #!
            progress = (step - warmup_steps) / max(1, (total_steps - warmup_steps))  #+
            return 0.5 * (1.0 + math.cos(math.pi * progress))

        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda)
        loss_fn = nn.BCEWithLogitsLoss()
        for _ in range(self.num_epochs):
            for c, p, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(self.model(c, p), y)
                loss.backward()
                optimizer.step()
                scheduler.step()
        return loss.item()


if __name__ == "__main__":
    n = 100
    print(Learner().fit(torch.randn(n, 32), torch.randn(n, 32), torch.randint(0, 2, (n,)).float()))
