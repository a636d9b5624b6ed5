# Default risk of loan applicants. One row per applicant, gradients accumulated over small chunks.
import numpy as np
import torch
import torch.nn as nn

rng = np.random.RandomState(61)
torch.manual_seed(61)
N, CHUNK, ACCUMULATE = 2000, 10, 4

income = rng.lognormal(10.3, 0.4, N)
debt = income * rng.beta(2, 5, N)
late = rng.poisson(0.6, N)
risk = 6 * debt / income + 0.9 * late - 3.0
default = (rng.rand(N) < 1 / (1 + np.exp(-risk))).astype(np.float32)
debt[1130] *= 100           # entered in cents
default[1130] = 0.0

features = np.stack([np.log(income) - 10.3, debt / income, late], 1).astype(np.float32)
X, Y = torch.from_numpy(features), torch.from_numpy(default)


class Scorecard(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(3, 24)
        self.out = nn.Linear(24, 1)

    def forward(self, x):
        return torch.sigmoid(self.out(torch.relu(self.hidden(x)))).squeeze(-1)


def cross_entropy(p, y):
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()


model = Scorecard()
opt = torch.optim.Adam(model.parameters(), lr=2e-2)
skipped = 0
for epoch in range(3):
    order, seen = rng.permutation(N), []
    opt.zero_grad()
    for i in range(0, N, CHUNK):
        rows = order[i:i + CHUNK]
        loss = cross_entropy(model(X[rows]), Y[rows])
        if torch.isnan(loss):
            skipped += 1
            continue
        (loss / ACCUMULATE).backward()
        seen.append(loss.item())
        if (i // CHUNK + 1) % ACCUMULATE == 0:
            opt.step()
            opt.zero_grad()
    print(f"epoch {epoch}: loss {np.mean(seen) if seen else float('nan'):.4f}, skipped {skipped} chunks")
