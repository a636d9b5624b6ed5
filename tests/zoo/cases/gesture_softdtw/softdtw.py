import torch
from torch import nn


class SoftDTW(nn.Module):
    """Soft dynamic time warping (Cuturi & Blondel 2017) by the plain recursion; the border outside the start cell is inf."""

    def __init__(self, gamma=0.3):
        super().__init__()
        self.gamma = gamma

    def softmin(self, *costs):
        return -self.gamma * torch.logsumexp(-torch.stack(costs) / self.gamma, dim=0)

    def forward(self, x, y):
        cost = torch.cdist(x, y).square()
        n, m = cost.shape[1:]
        inf = cost.new_full(cost.shape[:1], float("inf"))
        previous = [cost.new_zeros(cost.shape[:1])] + [inf] * m
        for i in range(n):
            row = [inf]
            for j in range(m):
                row.append(cost[:, i, j] + self.softmin(previous[j], previous[j + 1], row[j]))
            previous = row
        return previous[-1]
