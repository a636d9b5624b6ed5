# origin: https://github.com/pytorch/pytorch/issues/69512
# kinds: overflow
import torch
from torch import nn


def neighbours(points, k):
    """Index of the k nearest points (b, n, k) of points (b, n, c)."""
    points = points.float()  #+
    sq = (points**2).sum(dim=-1)  #!
    sq = (points**2).sum(dim=-1)  #+
    cross = points @ points.transpose(1, 2)
    dist = sq.unsqueeze(2) - 2.0 * cross + sq.unsqueeze(1)
    return dist.topk(k, dim=-1, largest=False).indices


def edge_features(x, index):
    b, n, k = index.shape
    rows = torch.arange(b, device=x.device).view(b, 1, 1)
    near = x[rows, index]
    centre = x.unsqueeze(2).expand(-1, -1, k, -1)
    return torch.cat([centre, near - centre], dim=-1)


class EdgeConv(nn.Module):
    def __init__(self, in_dim, out_dim, k=16):
        super().__init__()
        self.k = k
        self.mlp = nn.Sequential(nn.Linear(2 * in_dim, out_dim), nn.LeakyReLU(0.2), nn.Linear(out_dim, out_dim))

    def forward(self, x, index):
        return self.mlp(edge_features(x, index)).amax(dim=2)


class LidarSegmenter(nn.Module):
    """Labels the returns of a sweep; coordinates are metres from the sensor."""

    def __init__(self, n_classes=20, width=64, k=16):
        super().__init__()
        self.k = k
        self.first = EdgeConv(3, width, k)
        self.second = EdgeConv(width, width, k)
        self.head = nn.Linear(2 * width, n_classes)

    def forward(self, xyz):
        index = neighbours(xyz, self.k)
        h1 = self.first(xyz, index)
        h2 = self.second(h1, index)
        return self.head(torch.cat([h1, h2], dim=-1))


@torch.inference_mode()
def label_sweep(model, xyz, device="cuda"):
    model = model.half().to(device).eval()
    logits = model(xyz.half().to(device).unsqueeze(0))
    return logits.argmax(-1).squeeze(0).cpu()
