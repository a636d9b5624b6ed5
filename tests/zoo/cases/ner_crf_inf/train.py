import random

import torch
from torch import nn

from crf import TAGS, LinearCRF

WORDS = 90


def sentence(rng, length=11):
    words, tags = [], []
    while len(words) < length:
        kind = rng.choice(["O", "O", "O", "PER", "LOC"])
        if kind == "O":
            words.append(rng.randrange(0, 50))
            tags.append(0)
            continue
        for j in range(min(rng.randint(1, 3), length - len(words))):
            words.append(rng.randrange(50, 72) if kind == "PER" else rng.randrange(68, WORDS))
            tags.append(TAGS.index(("I-" if j else "B-") + kind))
    return words, tags


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(WORDS, 24)
        self.rnn = nn.GRU(24, 24, bidirectional=True, batch_first=True)
        self.out = nn.Linear(48, len(TAGS))
        self.crf = LinearCRF()

    def forward(self, words):
        return self.out(self.rnn(self.emb(words))[0])


rng = random.Random(5)
torch.manual_seed(5)
rows = [sentence(rng) for _ in range(400)]
W, T = (torch.tensor(c) for c in zip(*rows))
model = Tagger()
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(3):
    for i in range(0, 400, 25):
        loss = model.crf.nll(model(W[i:i + 25]), T[i:i + 25])
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        acc = (model.crf.viterbi(model(W)) == T).float().mean().item()
    print(f"epoch {epoch} nll {loss.item():.3f} tag accuracy {acc:.3f}")
