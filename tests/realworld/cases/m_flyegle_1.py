# origin: https://github.com/FlyEgle/imageclassification/issues/1
# kinds: loss-scale precision overflow underflow explosion
import torch
import torch.nn as nn


def accuracy(logits, labels):
    return (logits.argmax(dim=1) == labels).float().mean().item()


def train_one_epoch(cfg, model, loader, optimizer, scheduler, scaler):
    criterion = nn.CrossEntropyLoss(label_smoothing=cfg.label_smoothing)
    model.train()
    running_loss, running_acc, seen = 0.0, 0.0, 0
    for images, labels in loader:
        images = images.to(cfg.device, non_blocking=True)
        labels = labels.to(cfg.device, non_blocking=True)
        optimizer.zero_grad()
        if cfg.fp16 is True:
            with torch.autocast(device_type=cfg.device, dtype=torch.float16):
                logits = model(images)
                loss = criterion(logits, labels)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
        else:
            logits = model(images)
            loss = criterion(logits, labels)
            loss.backward()
            optimizer.step()  #+
        optimizer.step()  #!
        scheduler.step()
        running_loss += loss.item()
        running_acc += accuracy(logits.detach(), labels)
        seen += 1
    return running_loss / max(seen, 1), running_acc / max(seen, 1)


def run(cfg, model, loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=cfg.lr, momentum=0.9, weight_decay=1e-4)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, cfg.epochs * len(loader))
    scaler = torch.amp.GradScaler(cfg.device)
    for epoch in range(cfg.epochs):
        loss, acc = train_one_epoch(cfg, model, loader, optimizer, scheduler, scaler)
        print(f"epoch {epoch} loss {loss:.4f} acc {acc:.4f}")
