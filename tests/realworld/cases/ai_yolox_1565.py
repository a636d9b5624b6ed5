# origin: https://github.com/Megvii-BaseDetection/YOLOX/issues/1565
# kinds: precision domain
import math

import torch
import torch.nn as nn


class IOUloss(nn.Module):
    def __init__(self, reduction="none", loss_type="ciou"):
        super(IOUloss, self).__init__()
        self.reduction = reduction
        self.loss_type = loss_type

    def forward(self, pred, target):
        assert pred.shape[0] == target.shape[0]
        pred = pred.view(-1, 4)  #-
        target = target.view(-1, 4)  #-
        pred = pred.view(-1, 4).float()  #+
        target = target.view(-1, 4).float()  #+
        tl = torch.max(pred[:, :2] - pred[:, 2:] / 2, target[:, :2] - target[:, 2:] / 2)
        br = torch.min(pred[:, :2] + pred[:, 2:] / 2, target[:, :2] + target[:, 2:] / 2)
        en = (tl < br).to(pred.dtype).prod(dim=1)
        area_p = torch.prod(pred[:, 2:], 1)
        area_g = torch.prod(target[:, 2:], 1)
        area_i = torch.prod(br - tl, 1) * en
        iou = area_i / (area_p + area_g - area_i + 1e-6)
        if self.loss_type == "iou":
            loss = 1 - iou ** 2
        else:
            c_tl = torch.min(pred[:, :2] - pred[:, 2:] / 2, target[:, :2] - target[:, 2:] / 2)
            c_br = torch.max(pred[:, :2] + pred[:, 2:] / 2, target[:, :2] + target[:, 2:] / 2)
            convex_dis = (c_br - c_tl).pow(2).sum(1)
            center_dis = (pred[:, :2] - target[:, :2]).pow(2).sum(1)
            dis = center_dis / convex_dis.clamp(1e-16)  #!
            ratio_t = torch.atan(target[:, 2] / target[:, 3].clamp(1e-16))  #!
            ratio_p = torch.atan(pred[:, 2] / pred[:, 3].clamp(1e-16))  #!
            dis = center_dis / convex_dis.clamp(1e-7)  #+
            ratio_t = torch.atan(target[:, 2] / target[:, 3].clamp(1e-7))  #+
            ratio_p = torch.atan(pred[:, 2] / pred[:, 3].clamp(1e-7))  #+
            v = (4 / math.pi ** 2) * torch.pow(ratio_t - ratio_p, 2)
            with torch.no_grad():
                alpha = v / (v - iou + 1.001)
            loss = 1 - (iou - dis - alpha * v)
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss


def train_one_iter(model, criterion, imgs, targets, optimizer, scaler):
    with torch.autocast(device_type=imgs.device.type, dtype=torch.float16):
        boxes = model(imgs)
        loss = criterion(boxes, targets.to(boxes.dtype)).sum() / max(len(targets), 1)
    optimizer.zero_grad()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.item()
