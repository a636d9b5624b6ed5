"""Duplicate-question matcher: bag-of-words encoder, cosine margin loss."""
import random

import torch
from torch import nn
from torch.utils.data import DataLoader

from trainer import MeanLoss, StepDecay, Trainer

PAD = UNK = 0
THEMES = ["install pip wheel error build", "train loss batch gpu memory", "plot axis label colour legend",
          "merge branch commit rebase push", "index frame column group join"]


def questions(n, rng):
    out = []
    for _ in range(n):
        theme = rng.randrange(len(THEMES))
        words = THEMES[theme].split()
        out.append((theme, [rng.choice(words) for _ in range(rng.randint(2, 6))]))
    return out


def pairs(n, rng):
    qs = questions(2 * n, rng)
    rows = [(a[1], b[1], 1.0 if a[0] == b[0] else -1.0) for a, b in zip(qs[:n], qs[n:])]
    rows[213] = (["???"], rows[213][1], rows[213][2])
    return rows


class Collate:
    def __init__(self, vocab):
        self.vocab = vocab

    def side(self, texts):
        ids = [[self.vocab.get(w, UNK) for w in t] for t in texts]
        offsets = torch.tensor([0] + [len(i) for i in ids[:-1]]).cumsum(0)
        return torch.tensor([i for row in ids for i in row]), offsets

    def __call__(self, rows):
        left, right, label = zip(*rows)
        return self.side(left), self.side(right), torch.tensor(label)


class Encoder(nn.Module):
    def __init__(self, n_words, dim=16):
        super().__init__()
        self.bag = nn.EmbeddingBag(n_words, dim, mode="sum", padding_idx=PAD)
        self.mix = nn.Linear(dim, dim, bias=False)

    def forward(self, ids, offsets):
        return self.mix(self.bag(ids, offsets))


class CosineMargin(nn.Module):
    def __init__(self, margin=0.2):
        super().__init__()
        self.margin = margin

    def forward(self, a, b, label):
        len_a = a.norm(dim=1)
        len_b = b.norm(dim=1)
        cos = (a * b).sum(dim=1) / (len_a * len_b)
        return torch.where(label > 0, 1 - cos, torch.relu(cos - self.margin)).mean()


def main():
    rng = random.Random(4)
    torch.manual_seed(4)
    vocab = {w: i + 1 for i, w in enumerate(sorted({w for t in THEMES for w in t.split()}))}
    data = pairs(320, rng)
    loader = DataLoader(data, batch_size=20, shuffle=True, collate_fn=Collate(vocab))
    model = Encoder(len(vocab) + 1)
    trainer = Trainer(model, torch.optim.Adam(model.parameters(), lr=5e-3), CosineMargin(),
                      [MeanLoss(), StepDecay(0.8)])
    trainer.fit(loader, epochs=4)


if __name__ == "__main__":
    main()
