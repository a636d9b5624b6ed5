# origin: BatchNorm with tiny per-device batches
# kinds: NS514
import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--batch-size", type=int, default=1)  #-
parser.add_argument("--batch-size", type=int, default=16)  #+
args = parser.parse_args()
net = nn.Sequential(nn.Conv3d(1, 4, 3), nn.BatchNorm3d(4), nn.ReLU())
loader = torch.utils.data.DataLoader(volumes, args.batch_size, shuffle=True)  #*
for x, y in loader:
    loss = torch.nn.functional.mse_loss(net(x), y)
    loss.backward()
