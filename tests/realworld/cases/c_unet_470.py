# origin: https://github.com/milesial/Pytorch-UNet/pull/470
# kinds: loss-scale explosion precision underflow
import torch
import torch.nn as nn
import torch.nn.functional as F


def train_model(model, device, train_loader, epochs=5, lr=1e-5, amp=False, gradient_clipping=1.0):
    optimizer = torch.optim.RMSprop(model.parameters(), lr=lr, weight_decay=1e-8, momentum=0.999)
    grad_scaler = torch.cuda.amp.GradScaler(enabled=amp)
    criterion = nn.CrossEntropyLoss() if model.n_classes > 1 else nn.BCEWithLogitsLoss()
    for epoch in range(1, epochs + 1):
        model.train()
        for batch in train_loader:
            images, true_masks = batch["image"], batch["mask"]
            with torch.autocast(device.type if device.type != "mps" else "cpu", enabled=amp):
                masks_pred = model(images)
                loss = criterion(masks_pred, true_masks)
            optimizer.zero_grad(set_to_none=True)
            grad_scaler.scale(loss).backward()
            grad_scaler.unscale_(optimizer)  #+
            torch.nn.utils.clip_grad_norm_(model.parameters(), gradient_clipping)  #*
            grad_scaler.step(optimizer)
            grad_scaler.update()
