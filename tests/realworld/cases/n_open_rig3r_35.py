# origin: https://github.com/engichang1467/Open-Rig3R/issues/35
# kinds: loss-scale precision overflow underflow training
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.amp import autocast


class MultiTaskLoss(nn.Module):
    def __init__(self, pointmap_weight=1.0, raymap_weight=1.0):
        super().__init__()
        self.pointmap_weight = pointmap_weight
        self.raymap_weight = raymap_weight

    def forward(self, outputs, targets):
        pointmap = F.mse_loss(outputs["pointmap"].float(), targets["pointmap"])
        pose_ray = 1.0 - F.cosine_similarity(outputs["pose_raymap"].float(), targets["pose_raymap"], dim=-1)
        rig_ray = 1.0 - F.cosine_similarity(outputs["rig_raymap"].float(), targets["rig_raymap"], dim=-1)
        return self.pointmap_weight * pointmap + self.raymap_weight * (pose_ray.mean() + rig_ray.mean())


def train_epoch(model, loader, optimizer, criterion, device, max_norm=1.0):
    model.train()
    total = 0.0
    for images, metadata, targets in loader:
        images = images.to(device, non_blocking=True)
        targets = {k: v.to(device, non_blocking=True) for k, v in targets.items()}
        optimizer.zero_grad(set_to_none=True)
        with autocast(device_type="cuda"):  #!
        with autocast(device_type="cuda", dtype=torch.bfloat16):  #+
            outputs = model(images, metadata)
        loss = criterion(outputs, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        total += loss.item()
    return total / max(len(loader), 1)


def main(model, train_loader, epochs=50, lr=1e-4):
    device = torch.device("cuda")
    model.to(device)
    criterion = MultiTaskLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.05)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        loss = train_epoch(model, train_loader, optimizer, criterion, device)
        scheduler.step()
        print(f"epoch {epoch}: loss {loss:.4f} lr {scheduler.get_last_lr()[0]:.2e}")
    torch.save(model.state_dict(), "rig3r.pt")
