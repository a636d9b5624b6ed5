import random

import torch
from torch import nn
from torch.utils.data import DataLoader

TRACKS, LISTS = 300, 600


def playlists(rng):
    """each playlist stays in one of ten genres; some are still empty"""
    out = []
    for k in range(LISTS):
        genre = rng.randrange(10)
        size = 0 if k % 40 == 7 else rng.randint(2, 12)
        out.append(([rng.randrange(30) * 10 + genre for _ in range(size)], rng.randrange(30) * 10 + genre))
    return out


def collate(rows):
    bags, following = zip(*rows)
    offsets = [0]
    for b in bags[:-1]:
        offsets.append(offsets[-1] + len(b))
    return torch.tensor([t for b in bags for t in b], dtype=torch.long), torch.tensor(offsets), torch.tensor(following)


class NextTrack(nn.Module):
    def __init__(self, dim=24):
        super().__init__()
        self.bag = nn.EmbeddingBag(TRACKS, dim, mode="mean", sparse=True)    # an empty bag gives zeros
        self.track = nn.Embedding(TRACKS, dim, sparse=True)
        self.mix = nn.Sequential(nn.Linear(dim, dim), nn.Tanh())

    def forward(self, ids, offsets, candidates):
        user = self.mix(self.bag(ids, offsets))
        return torch.einsum("bd,bkd->bk", user, self.track(candidates))


def main():
    rng = random.Random(35)
    torch.manual_seed(35)
    loader = DataLoader(playlists(rng), batch_size=30, shuffle=True, collate_fn=collate)
    model = NextTrack()
    sparse = torch.optim.SparseAdam([model.bag.weight, model.track.weight], lr=1e-2)
    dense = torch.optim.AdamW(model.mix.parameters(), lr=1e-2)
    for epoch in range(5):
        hits = 0
        for ids, offsets, following in loader:
            negatives = torch.randint(0, TRACKS, (len(following), 19))
            candidates = torch.cat([following[:, None], negatives], 1)
            scores = model(ids, offsets, candidates)
            clash = candidates == following[:, None]
            clash[:, 0] = False
            scores = scores.masked_fill(clash, float("-inf"))
            loss = nn.functional.cross_entropy(scores, torch.zeros(len(following), dtype=torch.long))
            for opt in (sparse, dense):
                opt.zero_grad()
            loss.backward()
            for opt in (sparse, dense):
                opt.step()
            hits += int((scores.argmax(1) == 0).sum())
        print(f"epoch {epoch} loss {loss.item():.4f} hit rate {hits / LISTS:.3f}")


if __name__ == "__main__":
    main()
