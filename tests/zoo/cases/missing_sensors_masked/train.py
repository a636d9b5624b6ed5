import numpy as np
import torch
import torch.nn as nn

# Hourly readings of 8 sensors, NaN where a sensor was off. Impute the hidden ones from the visible ones.
rng = np.random.default_rng(55)
torch.manual_seed(55)

latent = rng.normal(size=(2000, 3))
table = np.tanh(latent @ rng.normal(size=(3, 8))) + 0.05 * rng.normal(size=(2000, 8))
table[rng.random(table.shape) < 0.15] = np.nan
table[rng.random(2000) < 0.01] = np.nan                    # hours with no sensor at all
data = torch.tensor(table, dtype=torch.float32)


class Imputer(nn.Module):
    def __init__(self, n=8):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2 * n, 64), nn.ReLU(), nn.Linear(64, 2 * n))

    def forward(self, x, visible):
        filled = torch.where(visible, x, torch.zeros(()))
        mean, spread = self.net(torch.cat([filled, visible.float()], 1)).chunk(2, 1)
        return mean, spread


def gaussian_nll(mean, spread, target, wanted):
    target = torch.where(wanted, target, torch.zeros(()))
    per_cell = 0.5 * ((target - mean) * torch.exp(-spread.clamp(-4, 4))) ** 2 + spread.clamp(-4, 4)
    return (per_cell * wanted).sum() / wanted.sum().clamp(min=1)


model = Imputer()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
history = {"nll": [], "rmse": []}

for epoch in range(4):
    for batch in data[torch.randperm(len(data))].split(50):
        present = ~batch.isnan()
        visible = present & (torch.rand(batch.shape) < 0.8)
        wanted = present & ~visible
        mean, spread = model(batch, visible)
        loss = gaussian_nll(mean, spread, batch, wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            err = torch.where(wanted, batch - mean, torch.full((), float("nan")))
            per_sensor = err.square().nanmean(0).sqrt()
            history["rmse"].append(per_sensor.nanmean().item())
        history["nll"].append(loss.item())
    print(f"epoch {epoch}: nll {np.mean(history['nll'][-40:]):.4f} rmse {np.nanmean(history['rmse'][-40:]):.4f}")
