# origin: https://github.com/pytorch/pytorch/issues/8860
# kinds: precision underflow domain
import argparse

import torch
import torch.nn as nn
from torch.utils.data import DataLoader


def get_args():
    p = argparse.ArgumentParser()
    p.add_argument("--fp16", action="store_true")
    p.add_argument("--lr", type=float, default=1e-3)
    return p.parse_args()


def build(width=512):
    net = nn.Sequential(nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10))
    return net.cuda().half()


def main():
    args = get_args()
    model = build()
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)  #!
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr, eps=1e-4)  #+
    criterion = nn.CrossEntropyLoss()
    for x, y in DataLoader(torch.load("train.pt"), batch_size=128, shuffle=True):
        logits = model(x.cuda().half())
        loss = criterion(logits.float(), y.cuda())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    main()
