import warnings
import numpy as np
import torch
from torch import nn, optim

from preprocess import per_site, simulate

warnings.filterwarnings("ignore")

rng = np.random.default_rng(100)
torch.manual_seed(100)

model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 1))
optimizer = optim.RMSprop(model.parameters(), lr=1e-3)
scheduler = optim.lr_scheduler.ExponentialLR(optimizer, 0.9)

raw_x, raw_y = simulate(n_sites=10, n_hours=480, rng=rng)
sites = [(torch.from_numpy(a), torch.from_numpy(b)) for a, b in per_site(raw_x, raw_y)]

for epoch in range(3):
    for site, (xs, ys) in enumerate(sites):
        for start in range(0, len(xs), 96):
            xb, yb = xs[start:start + 96], ys[start:start + 96]
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(xb), yb)
            loss.backward()
            optimizer.step()
    scheduler.step()
    print("epoch", epoch, "last site loss", loss.item())
