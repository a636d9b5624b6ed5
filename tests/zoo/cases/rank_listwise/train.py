import random

import torch
from torch import nn

from losses import listwise

N_FEATURES = 14


def search_log(n_queries, rng):
    """query number -> list of (features, relevance) of the documents shown"""
    truth = [rng.gauss(0, 1) for _ in range(N_FEATURES)]
    log = {}
    for q in range(n_queries):
        shown = 1 if q == 131 else rng.randint(5, 14)
        docs = []
        for _ in range(shown):
            f = [rng.gauss(0, 1) for _ in range(N_FEATURES)]
            docs.append((f, sum(a * b for a, b in zip(f, truth)) + rng.gauss(0, 0.5)))
        log[q] = docs
    return log


def flatten(log, queries):
    feats, rel, group = [], [], []
    for g, q in enumerate(queries):
        for f, r in log[q]:
            feats.append(f), rel.append(r), group.append(g)
    return torch.tensor(feats), torch.tensor(rel), torch.tensor(group)


def epochs(log, size, rng):
    queries = list(log)
    while True:
        rng.shuffle(queries)
        for i in range(0, len(queries), size):
            yield flatten(log, queries[i:i + size])


rng = random.Random(3)
torch.manual_seed(3)
log = search_log(320, rng)
ranker = nn.Sequential(nn.Linear(N_FEATURES, 40), nn.SiLU(), nn.Linear(40, 1))
optimizer = torch.optim.RMSprop(ranker.parameters(), lr=1e-3)
batches = epochs(log, 16, rng)
for it in range(80):
    x, rel, group = next(batches)
    loss = listwise(ranker(x).squeeze(-1), rel, group, int(group.max()) + 1)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if it % 10 == 0:
        print("it", it, "listwise", round(loss.item(), 4))
