# origin: https://github.com/chelsea0x3b/dfdx/issues/748
# kinds: overflow
import torch
import torch.nn as nn


class DepthCompletionNet(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(5, width, 3, padding=1), nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1), nn.ReLU(),
            nn.Conv2d(width, 1, 3, padding=1), nn.Softplus(),
        )

    def forward(self, rgb, sparse, hint):
        return self.net(torch.cat([rgb, sparse, hint], dim=1))


class SparseDepthLoss(nn.Module):
    """Mean absolute error in log depth over the pixels hit by the lidar."""

    def __init__(self, near=0.5, far=120.0):
        super().__init__()
        self.near = near
        self.far = far

    def forward(self, pred, gt):
        gt = gt.to(pred.dtype)
        hit = ((gt > self.near) & (gt < self.far)).to(pred.dtype)
        err = (pred.clamp(min=self.near).log() - gt.clamp(min=self.near).log()).abs()
        per_row = (err * hit).sum(dim=-1)
        total = per_row.float().sum()
        n_hit = hit.sum()  #!
        n_hit = hit.sum(dtype=torch.float32)  #+
        return total / n_hit.clamp(min=1)


def evaluate(model, loader, device):
    """Whole validation set in half precision."""
    model = model.half().eval().to(device)
    criterion = SparseDepthLoss()
    losses = []
    with torch.no_grad():
        for batch in loader:
            batch = {k: v.half().to(device) for k, v in batch.items()}
            pred = model(batch["rgb"], batch["sparse"], batch["hint"])
            losses.append(criterion(pred, batch["depth"]).item())
    return sum(losses) / max(len(losses), 1)
