# origin: https://github.com/Megvii-BaseDetection/YOLOX/issues/1565
# kinds: precision domain
import torch
from torch import nn


class CharbonnierLoss(nn.Module):
    """Smooth L1 variant used by LapSRN and EDVR."""

    def __init__(self, eps=1e-9, loss_weight=1.0):
        super().__init__()
        self.eps = eps
        self.loss_weight = loss_weight

    def forward(self, pred, target):
        diff = pred - target  #-
        diff = pred.float() - target.float()  #+
        loss = torch.sqrt(diff * diff + self.eps)  #!
        loss = torch.sqrt(diff * diff + self.eps)  #+
        return self.loss_weight * loss.mean()


class UpsampleNet(nn.Module):
    def __init__(self, channels=64, blocks=8, scale=2):
        super().__init__()
        self.head = nn.Conv2d(3, channels, 3, padding=1)
        self.body = nn.Sequential(
            *[nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU(True)) for _ in range(blocks)]
        )
        self.tail = nn.Sequential(
            nn.Conv2d(channels, 3 * scale ** 2, 3, padding=1), nn.PixelShuffle(scale)
        )

    def forward(self, x):
        feat = self.head(x)
        return self.tail(feat + self.body(feat)).clamp(0, 1)


def train(model, loader, epochs=100, lr=2e-4, device="cuda"):
    criterion = CharbonnierLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    scaler = torch.cuda.amp.GradScaler()
    model.to(device).train()
    for epoch in range(epochs):
        for lq, gt in loader:
            lq, gt = lq.to(device), gt.to(device).half()
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast(device_type=device, dtype=torch.float16):
                sr = model(lq)
                loss = criterion(sr, gt)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
