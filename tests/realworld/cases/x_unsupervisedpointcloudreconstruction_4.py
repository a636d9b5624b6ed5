# origin: https://github.com/antao97/UnsupervisedPointCloudReconstruction/issues/4
# kinds: cancellation precision
import torch
import torch.nn as nn


class ChamferLoss(nn.Module):
    def batch_pairwise_dist(self, x, y):
        xx = torch.bmm(x, x.transpose(2, 1))  #-
        yy = torch.bmm(y, y.transpose(2, 1))  #-
        zz = torch.bmm(x, y.transpose(2, 1))  #-
        rx = torch.diagonal(xx, dim1=1, dim2=2).unsqueeze(2)  #-
        ry = torch.diagonal(yy, dim1=1, dim2=2).unsqueeze(1)  #-
        return rx + ry - 2 * zz  #!
        return (x.unsqueeze(2) - y.unsqueeze(1)).pow(2).sum(dim=-1)  #+

    def forward(self, preds, gts):
        dist = self.batch_pairwise_dist(gts, preds)
        loss_1 = dist.min(dim=1).values.mean(dim=1)
        loss_2 = dist.min(dim=2).values.mean(dim=1)
        return (loss_1 + loss_2).mean()


class FoldingDecoder(nn.Module):
    def __init__(self, feat_dim=512, grid_size=32):
        super().__init__()
        line = torch.linspace(-0.3, 0.3, grid_size)
        grid = torch.stack(torch.meshgrid(line, line, indexing="ij"), dim=-1).reshape(-1, 2)
        self.register_buffer("grid", grid)
        self.fold1 = nn.Sequential(nn.Linear(feat_dim + 2, 256), nn.ReLU(), nn.Linear(256, 3))
        self.fold2 = nn.Sequential(nn.Linear(feat_dim + 3, 256), nn.ReLU(), nn.Linear(256, 3))

    def forward(self, code):
        code = code.unsqueeze(1).expand(-1, self.grid.shape[0], -1)
        grid = self.grid.unsqueeze(0).expand(code.shape[0], -1, -1)
        points = self.fold1(torch.cat([code, grid], dim=-1))
        return self.fold2(torch.cat([code, points], dim=-1))


def train_step(encoder, decoder, optimizer, points, criterion=ChamferLoss()):
    loss = criterion(decoder(encoder(points)), points)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
