import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from meters import consumption, read_register, windows

torch.manual_seed(33)
past, following = windows(consumption(read_register()))
dataset = TensorDataset(torch.from_numpy(past), torch.from_numpy(following))
loader = DataLoader(dataset, batch_size=32, shuffle=False)

net = nn.Sequential(nn.Linear(24, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)

for epoch in range(3):
    running = 0.0
    for step, (x, y) in enumerate(loader):
        loss = ((net(x).squeeze(1) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss.item()
        if step % 10 == 9:
            print(f"[{epoch}, {step}] mse {running / 10:.5g}")
            running = 0.0
