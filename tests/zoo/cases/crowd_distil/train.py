"""Galaxy shapes: the label of an image is the distribution of volunteers' votes, the loss its KL divergence from the model."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Votes(Dataset):
    def __init__(self, n=720, classes=5, seed=28):
        g = torch.Generator().manual_seed(seed)
        self.x = torch.randn(n, 18, generator=g)
        w = torch.randn(18, classes, generator=g) / 4
        belief = (self.x @ w).softmax(1)
        count = torch.multinomial(belief, 60, replacement=True, generator=g)
        votes = nn.functional.one_hot(count, classes).sum(1).float() + 0.5     # half a vote for everything
        self.votes = votes
        self.votes[455] = torch.tensor([0.0, 41.0, 3.0, 9.0, 7.0])             # imported from the pilot study

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return {"x": self.x[i], "share": self.votes[i] / self.votes[i].sum(), "id": i}


def kl(p, log_q):
    return (p * (p.log() - log_q)).sum(dim=1).mean()


def validate(model, loader):
    model.eval()
    with torch.no_grad():
        agree = [(model(b["x"]).argmax(1) == b["share"].argmax(1)).float().mean() for b in loader]
    model.train()
    return torch.stack(agree).mean().item()


if __name__ == "__main__":
    torch.manual_seed(28)
    data = Votes()
    train, val = torch.utils.data.Subset(data, range(600)), torch.utils.data.Subset(data, range(600, 720))
    loader = DataLoader(train, batch_size=30, shuffle=True)
    val_loader = DataLoader(val, batch_size=60)
    model = nn.Sequential(nn.Linear(18, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 5), nn.LogSoftmax(dim=1))
    opt = torch.optim.Adam(model.parameters(), lr=4e-3)
    sched = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, mode="max", patience=1)
    for epoch in range(4):
        for batch in loader:
            opt.zero_grad()
            loss = kl(batch["share"], model(batch["x"]))
            loss.backward()
            opt.step()
        score = validate(model, val_loader)
        sched.step(score)
        print(f"epoch {epoch} kl {loss.item():.4f} agreement {score:.3f}")
