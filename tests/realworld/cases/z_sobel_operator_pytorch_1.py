# origin: https://github.com/chaddy1004/sobel-operator-pytorch/issues/1
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class Sobel(nn.Module):
    def __init__(self):
        super().__init__()
        self.filter = nn.Conv2d(1, 2, kernel_size=3, stride=1, padding=1, padding_mode="replicate", bias=False)
        gx = torch.tensor([[2.0, 0.0, -2.0], [4.0, 0.0, -4.0], [2.0, 0.0, -2.0]])
        gy = torch.tensor([[2.0, 4.0, 2.0], [0.0, 0.0, 0.0], [-2.0, -4.0, -2.0]])
        weight = torch.stack([gx, gy]).unsqueeze(1)
        self.filter.weight = nn.Parameter(weight, requires_grad=False)

    def forward(self, img):
        x = self.filter(img)
        x = torch.mul(x, x)
        x = torch.sum(x, dim=1, keepdim=True)
        x = torch.sqrt(x)  #!
        x = torch.sqrt(x + 1e-6)  #+
        return x


class EdgeAwareLoss(nn.Module):
    def __init__(self, edge_weight=0.5):
        super().__init__()
        self.sobel = Sobel()
        self.edge_weight = edge_weight

    @staticmethod
    def to_gray(img):
        r, g, b = img.unbind(dim=1)
        return (0.299 * r + 0.587 * g + 0.114 * b).unsqueeze(1)

    def forward(self, pred, target):
        pixel = F.l1_loss(pred, target)
        edge = F.l1_loss(self.sobel(self.to_gray(pred)), self.sobel(self.to_gray(target)))
        return pixel + self.edge_weight * edge


def train_epoch(net, loader, optimizer, criterion):
    net.train()
    for low, high in loader:
        optimizer.zero_grad()
        loss = criterion(net(low).clamp(0, 1), high)
        loss.backward()
        optimizer.step()
