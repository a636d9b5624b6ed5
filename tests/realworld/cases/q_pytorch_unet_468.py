# origin: https://github.com/milesial/Pytorch-UNet/issues/468
# kinds: loss-scale explosion method
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.utils.data import DataLoader


def dice_loss(probs, target, epsilon=1e-6):
    inter = 2 * (probs * target).sum(dim=(1, 2, 3))
    sets_sum = probs.sum(dim=(1, 2, 3)) + target.sum(dim=(1, 2, 3))
    return 1 - ((inter + epsilon) / (sets_sum + epsilon)).mean()


def train_model(model, device, dataset, epochs=5, batch_size=1, learning_rate=1e-5,
                amp=True, weight_decay=1e-8, momentum=0.999, gradient_clipping=1.0):
    train_loader = DataLoader(dataset, batch_size=batch_size, shuffle=True)
    optimizer = optim.RMSprop(model.parameters(), lr=learning_rate,
                              weight_decay=weight_decay, momentum=momentum)
    grad_scaler = torch.cuda.amp.GradScaler(enabled=amp)
    criterion = nn.BCEWithLogitsLoss()

    for epoch in range(1, epochs + 1):
        model.train()
        epoch_loss = 0.0
        for images, true_masks in train_loader:
            images = images.to(device=device, dtype=torch.float32)
            true_masks = true_masks.to(device=device, dtype=torch.float32)

            with torch.autocast(device.type, enabled=amp):
                masks_pred = model(images)
                loss = criterion(masks_pred, true_masks)
                loss = loss + dice_loss(torch.sigmoid(masks_pred.float()), true_masks)

            optimizer.zero_grad(set_to_none=True)
            grad_scaler.scale(loss).backward()
            grad_scaler.unscale_(optimizer)  #+
            torch.nn.utils.clip_grad_norm_(model.parameters(), gradient_clipping)  #*
            grad_scaler.step(optimizer)
            grad_scaler.update()
            epoch_loss += loss.item()
        print(f'epoch {epoch}: {epoch_loss / max(len(train_loader), 1):.4f}')
