# origin: https://github.com/Megvii-BaseDetection/YOLOX/issues/1565
# kinds: precision underflow domain
import math

import torch


class CIoULoss(torch.nn.Module):
    def forward(self, pred, target):
        w2, h2 = pred[:, 2], pred[:, 3]
        w1, h1 = target[:, 2], target[:, 3]
        v = (4 / math.pi**2) * torch.pow(
            torch.atan(w1 / h1.clamp(1e-16)) - torch.atan(w2 / h2.clamp(1e-16)), 2  #!
            torch.atan(w1 / h1.clamp(1e-4)) - torch.atan(w2 / h2.clamp(1e-4)), 2  #+
        )
        return v.mean()


def step(model, images, targets, scaler, optimizer):
    loss_fn = CIoULoss()
    with torch.cuda.amp.autocast(dtype=torch.float16):
        loss = loss_fn(model(images).half(), targets.half())
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
