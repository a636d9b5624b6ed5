# origin: https://github.com/Megvii-BaseDetection/YOLOX/issues/1565
# kinds: underflow domain
import torch
from torch import nn


class HeadingLoss(nn.Module):
    """Agreement between the predicted and the observed driving direction."""

    def __init__(self, weight=0.5, eps=1e-8):
        super().__init__()
        self.weight = weight
        self.eps = eps

    def unit(self, v):
        v = v.float()  #+
        speed = v.abs().amax(dim=-1, keepdim=True)
        return v / (speed + self.eps)  #*

    def forward(self, pred_vel, true_vel):
        p, t = self.unit(pred_vel), self.unit(true_vel)
        return self.weight * (p - t).abs().sum(dim=-1).mean()


class VelocityHead(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, 2))

    def forward(self, h):
        return self.mlp(h)


class Trainer:
    def __init__(self, head, lr=3e-4, device="cuda"):
        self.device = device
        self.head = head.to(device)
        self.heading = HeadingLoss()
        self.opt = torch.optim.AdamW(self.head.parameters(), lr=lr)
        self.scaler = torch.amp.GradScaler(device)

    def step(self, features, true_vel):
        features = features.to(self.device)
        true_vel = true_vel.to(self.device)
        self.opt.zero_grad(set_to_none=True)
        with torch.autocast(self.device, dtype=torch.float16):
            pred = self.head(features)
            target = true_vel.to(pred.dtype)
            regression = nn.functional.smooth_l1_loss(pred, target)
            loss = regression + self.heading(pred, target)
        self.scaler.scale(loss).backward()
        self.scaler.unscale_(self.opt)
        nn.utils.clip_grad_norm_(self.head.parameters(), 1.0)
        self.scaler.step(self.opt)
        self.scaler.update()
        return loss.detach()
