# origin: https://github.com/engichang1467/Open-Rig3R/issues/35
# kinds: loss-scale precision overflow underflow explosion
import torch
import torch.nn as nn
import torch.nn.functional as F


class MultiTaskLoss(nn.Module):
    def __init__(self, pointmap_weight=1.0, raymap_weight=0.1):
        super().__init__()
        self.pointmap_weight = pointmap_weight
        self.raymap_weight = raymap_weight

    def forward(self, outputs, targets):
        pointmap = F.mse_loss(outputs["pointmap"].float(), targets["pointmap"])
        cosine = F.cosine_similarity(outputs["raymap"].float(), targets["raymap"], dim=-1)
        raymap = (1 - cosine).mean()
        return self.pointmap_weight * pointmap + self.raymap_weight * raymap


def train_one_epoch(model, dataloader, optimizer, scheduler, device="cuda"):
    criterion = MultiTaskLoss()
    model.train()
    total = 0.0
    for images, metadata, targets in dataloader:
        images = images.to(device)
        targets = {key: value.to(device) for key, value in targets.items()}
        optimizer.zero_grad(set_to_none=True)
        with torch.amp.autocast(device_type="cuda"):  #!
        with torch.amp.autocast(device_type="cuda", dtype=torch.bfloat16):  #+
            outputs = model(images, metadata)
        loss = criterion(outputs, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        scheduler.step()
        total += loss.item()
    return total / max(1, len(dataloader))


def main(model, train_loader, epochs):
    model.cuda()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.05)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * len(train_loader))
    for _ in range(epochs):
        train_one_epoch(model, train_loader, optimizer, scheduler)
