# origin: https://github.com/ivadomed/ivadomed/pull/55
# kinds: method method
import time

import torch
import torch.nn as nn
import torch.optim as optim


class Unet(nn.Module):
    def __init__(self, depth=2, base=16):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, base, 3, padding=1), nn.BatchNorm2d(base), nn.ReLU(),
                                  nn.Conv2d(base, base, 3, padding=1), nn.BatchNorm2d(base), nn.ReLU())
        self.out = nn.Conv2d(base, 1, 1)

    def forward(self, x):
        return torch.sigmoid(self.out(self.down(x)))


def dice_loss(input, target):
    smooth = 1.0
    iflat = input.reshape(-1)
    tflat = target.reshape(-1)
    intersection = (iflat * tflat).sum()
    return 1 - (2.0 * intersection + smooth) / (iflat.sum() + tflat.sum() + smooth)


def cmd_train(context, train_loader, val_loader):
    model = Unet()
    num_epochs = context["num_epochs"]
    initial_lr = context["initial_lr"]
    optimizer = optim.Adam(model.parameters(), lr=initial_lr)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, num_epochs)

    for epoch in range(1, num_epochs + 1):
        start_time = time.time()
        model.train()
        train_loss_total = 0.0
        num_steps = 0
        for input_samples, gt_samples in train_loader:
            preds = model(input_samples)
            loss = dice_loss(preds, gt_samples)
            train_loss_total += loss.item()

            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()  #!
            num_steps += 1

        scheduler.step()  #+
        print("Epoch %d training loss %.4f (%.1fs)" % (epoch, train_loss_total / num_steps, time.time() - start_time))

        model.eval()
        val_loss_total = 0.0
        with torch.no_grad():
            for input_samples, gt_samples in val_loader:
                val_loss_total += dice_loss(model(input_samples), gt_samples).item()
        print("validation loss %.4f" % (val_loss_total / len(val_loader)))
    return model


if __name__ == "__main__":
    loader = [(torch.randn(4, 1, 32, 32), (torch.rand(4, 1, 32, 32) > 0.8).float()) for _ in range(20)]
    cmd_train({"num_epochs": 3, "initial_lr": 1e-3}, loader, loader[:2])
