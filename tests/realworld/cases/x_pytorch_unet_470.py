# origin: https://github.com/milesial/Pytorch-UNet/pull/470
# kinds: loss-scale method
import torch
import torch.nn as nn
import torch.nn.functional as F


def dice_loss(prob, target, eps=1e-6):
    prob, target = prob.float(), target.float()
    inter = 2 * (prob * target).sum(dim=(-1, -2))
    sets = prob.sum(dim=(-1, -2)) + target.sum(dim=(-1, -2))
    return 1 - ((inter + eps) / (sets + eps)).mean()


def train_model(
    model,
    loader,
    device,
    epochs=5,
    learning_rate=1e-5,
    weight_decay=1e-8,
    momentum=0.999,
    gradient_clipping=1.0,
    amp=True,
):
    optimizer = torch.optim.RMSprop(
        model.parameters(), lr=learning_rate, weight_decay=weight_decay, momentum=momentum, foreach=True
    )
    grad_scaler = torch.amp.GradScaler(device.type, enabled=amp)
    criterion = nn.BCEWithLogitsLoss()

    for epoch in range(epochs):
        model.train()
        for batch in loader:
            images = batch["image"].to(device, dtype=torch.float32)
            true_masks = batch["mask"].to(device, dtype=torch.float32)
            with torch.autocast(device.type, enabled=amp):
                logits = model(images).squeeze(1)
                loss = criterion(logits, true_masks)
                loss = loss + dice_loss(F.sigmoid(logits), true_masks)

            optimizer.zero_grad(set_to_none=True)
            grad_scaler.scale(loss).backward()
            grad_scaler.unscale_(optimizer)  #+
            torch.nn.utils.clip_grad_norm_(model.parameters(), gradient_clipping)  #*
            grad_scaler.step(optimizer)
            grad_scaler.update()
    return model
