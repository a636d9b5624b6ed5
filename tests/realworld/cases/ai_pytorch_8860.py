# origin: https://github.com/pytorch/pytorch/issues/8860
# kinds: precision domain
import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim


class Net(nn.Module):
    def __init__(self, hidden=256):
        super(Net, self).__init__()
        self.fc1 = nn.Linear(784, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, 10)

    def forward(self, x):
        x = F.relu(self.fc1(x.view(-1, 784)))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


def make_optimizer(model, args):
    if args.optimizer == "sgd":
        return optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    return optim.Adam(model.parameters(), lr=args.lr)  #!
    return optim.Adam(model.parameters(), lr=args.lr, eps=1e-4)  #+


def train(model, device, loader, optimizer, epoch, log_interval=100):
    model.train()
    for i, (data, target) in enumerate(loader):
        data, target = data.to(device).half(), target.to(device)
        optimizer.zero_grad()
        output = model(data)
        loss = F.cross_entropy(output.float(), target)
        loss.backward()
        optimizer.step()
        if i % log_interval == 0:
            print("epoch %d [%d] loss %.4f" % (epoch, i, loss.item()))


def main(loader):
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--optimizer", choices=["adam", "sgd"], default="adam")
    args = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    model = Net().to(device).half()
    optimizer = make_optimizer(model, args)
    for epoch in range(args.epochs):
        train(model, device, loader, optimizer, epoch)
