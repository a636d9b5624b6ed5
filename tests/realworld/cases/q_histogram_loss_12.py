# origin: https://github.com/valerystrizh/pytorch-histogram-loss/issues/12
# kinds: domain
import torch
from torch import nn
import torch.nn.functional as F


class HistogramLoss(nn.Module):
    def __init__(self, num_steps=151):
        super().__init__()
        self.step = 2 / (num_steps - 1)
        self.register_buffer('nodes', torch.linspace(-1, 1, num_steps).view(-1, 1))

    def histogram(self, sims, select):
        weights = F.relu(1 - (sims - self.nodes).abs() / self.step)
        return (weights * select).sum(1) / select.sum()  #!
        return (weights * select).sum(1) / select.sum().clamp(min=1)  #+

    def forward(self, features, classes):
        sims = features @ features.t()
        same = classes.view(-1, 1) == classes.view(1, -1)
        rows, cols = torch.triu_indices(len(classes), len(classes), offset=1, device=features.device)
        sims = sims[rows, cols].view(1, -1)
        same = same[rows, cols].view(1, -1)

        hist_pos = self.histogram(sims, same.float())
        hist_neg = self.histogram(sims, (~same).float())
        cdf_pos = torch.cumsum(hist_pos, dim=0)
        return torch.sum(hist_neg * cdf_pos)


def train_epoch(net, loader, optimizer, device):
    criterion = HistogramLoss().to(device)
    net.train()
    for images, labels in loader:
        optimizer.zero_grad()
        embeddings = F.normalize(net(images.to(device)), dim=1)
        loss = criterion(embeddings, labels.to(device))
        loss.backward()
        optimizer.step()
