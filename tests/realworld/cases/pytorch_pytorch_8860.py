# origin: https://github.com/pytorch/pytorch/issues/8860
# kinds: domain precision underflow
import torch
from torch import nn, optim

net = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)).cuda().half()
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(net.parameters(), lr=1e-3)  #!
optimizer = optim.Adam(net.parameters(), lr=1e-3, eps=1e-4)  #+


def train(loader):
    for images, labels in loader:
        optimizer.zero_grad()
        output = net(images.view(images.size(0), -1).cuda().half())
        loss = criterion(output.float(), labels.cuda())
        loss.backward()
        optimizer.step()
