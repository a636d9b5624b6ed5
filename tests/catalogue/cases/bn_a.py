# origin: BatchNorm with tiny per-device batches
# kinds: NS514
import torch
from torch import nn
from torch.utils.data import DataLoader

model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
loader = DataLoader(dataset, batch_size=1, shuffle=True)  #!
loader = DataLoader(dataset, batch_size=32, shuffle=True)  #+
opt = torch.optim.SGD(model.parameters(), lr=0.1)
model.train()
for x, y in loader:
    opt.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(x).mean((2, 3)), y)
    loss.backward()
    opt.step()
