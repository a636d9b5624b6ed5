# origin: SyncBatchNorm missing under DDP
# kinds: NS515
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.bn = nn.BatchNorm2d(8)

    def forward(self, x):
        return self.bn(self.conv(x))


def main(rank):
    net = Net().to(rank)
    net = nn.SyncBatchNorm.convert_sync_batchnorm(net)  #+
    net = DDP(net, device_ids=[rank])  #*
    return net
