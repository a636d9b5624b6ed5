import random

import torch
import torch.nn as nn
import torch.nn.functional as F

PANTRY = ["flour", "sugar", "butter", "egg", "milk", "salt", "rice", "beans", "tomato", "onion", "garlic", "chicken",
          "beef", "basil", "cheese", "lemon", "cream", "potato", "carrot", "pepper"]
INDEX = {name: i for i, name in enumerate(PANTRY)}


def scrape(n, rng):
    """rows as they come from the site: a title, ingredients and a star rating"""
    taste = {name: rng.gauss(0, 0.6) for name in PANTRY}
    rows = []
    for k in range(n):
        used = rng.sample(PANTRY, rng.randint(3, 9))
        stars = 3.2 + sum(taste[u] for u in used) / len(used) ** 0.5 + rng.gauss(0, 0.2)
        rows.append({"title": f"recipe {k}", "ingredients": used, "stars": min(5.0, max(1.0, stars))})
    rows[341]["ingredients"] = ["(see video)"]
    return rows


def ids(row):
    return torch.tensor([INDEX[i] for i in row["ingredients"] if i in INDEX], dtype=torch.long)


class Rater(nn.Module):
    def __init__(self, n_items, dim=16):
        super().__init__()
        self.table = nn.Parameter(torch.randn(n_items, dim) * 0.1)
        self.head = nn.Sequential(nn.Linear(dim, 32), nn.ReLU(), nn.Linear(32, 1))

    def represent(self, row):
        return self.table[ids(row)].mean(dim=0)

    def forward(self, rows):
        return self.head(torch.stack([self.represent(r) for r in rows])).squeeze(1)


def main():
    rng = random.Random(12)
    torch.manual_seed(12)
    rows = scrape(600, rng)
    train, held = rows[:500], rows[500:]
    model = Rater(len(PANTRY))
    opt = torch.optim.Adam(model.parameters(), lr=5e-3)
    order = list(range(len(train)))
    for epoch in range(4):
        rng.shuffle(order)
        total = 0.0
        for start in range(0, len(order), 20):
            batch = [train[j] for j in order[start:start + 20]]
            stars = torch.tensor([r["stars"] for r in batch])
            loss = F.smooth_l1_loss(model(batch), stars)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(batch)
        with torch.no_grad():
            error = (model(held) - torch.tensor([r["stars"] for r in held])).abs().mean()
        print(f"epoch {epoch} train {total / len(order):.4f} held-out error {error:.3f}")


if __name__ == "__main__":
    main()
