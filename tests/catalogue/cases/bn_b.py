# origin: BatchNorm with tiny per-device batches
# kinds: NS514
import torch
import torch.nn as nn
from torch.utils.data import DataLoader

BATCH_SIZE = 2  #-
BATCH_SIZE = 64  #+


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(10, 10)
        self.bn = nn.BatchNorm1d(10)

    def forward(self, x):
        return self.bn(self.lin(x))


def main(dataset):
    net = Net()
    opt = torch.optim.Adam(net.parameters())
    for x, y in DataLoader(dataset, batch_size=BATCH_SIZE):  #*
        loss = (net(x) - y).abs().mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
