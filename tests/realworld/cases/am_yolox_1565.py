# origin: https://github.com/Megvii-BaseDetection/YOLOX/issues/1565
# kinds: underflow domain
import math

import torch
import torch.nn as nn


def aspect_angle(boxes):
    return torch.atan(boxes[:, 2] / boxes[:, 3].clamp(1e-16))  #!
    return torch.atan(boxes[:, 2] / boxes[:, 3].clamp(1e-3))  #+


class IOUloss(nn.Module):
    def __init__(self, reduction="none", loss_type="ciou"):
        super(IOUloss, self).__init__()
        self.reduction = reduction
        self.loss_type = loss_type

    def forward(self, pred, target):
        assert pred.shape[0] == target.shape[0]

        # boxes are cxcywh in grid units of the level
        pred = pred.view(-1, 4)  #-
        target = target.view(-1, 4)  #-
        pred = pred.view(-1, 4).float()  #+
        target = target.view(-1, 4).float()  #+
        tl = torch.max(pred[:, :2] - pred[:, 2:] / 2, target[:, :2] - target[:, 2:] / 2)
        br = torch.min(pred[:, :2] + pred[:, 2:] / 2, target[:, :2] + target[:, 2:] / 2)
        en = (tl < br).type(tl.type()).prod(dim=1)
        area_i = torch.prod(br - tl, 1) * en
        area_u = torch.prod(pred[:, 2:], 1) + torch.prod(target[:, 2:], 1) - area_i
        iou = area_i / area_u.clamp(1e-16)  #!
        iou = area_i / area_u.clamp(1e-7)  #+

        if self.loss_type == "iou":
            loss = 1 - iou ** 2
        elif self.loss_type == "ciou":
            c_tl = torch.min(pred[:, :2] - pred[:, 2:] / 2, target[:, :2] - target[:, 2:] / 2)
            c_br = torch.max(pred[:, :2] + pred[:, 2:] / 2, target[:, :2] + target[:, 2:] / 2)
            convex = torch.pow(c_br - c_tl, 2).sum(dim=1)
            center = torch.pow(pred[:, :2] - target[:, :2], 2).sum(dim=1)
            angle = aspect_angle(target) - aspect_angle(pred)
            v = (4 / math.pi ** 2) * torch.pow(angle, 2)
            with torch.no_grad():
                alpha = v / (1 - iou + v + 1e-3)
            loss = 1 - iou + center / convex.clamp(1e-16) + alpha * v  #!
            loss = 1 - iou + center / convex.clamp(1e-7) + alpha * v  #+

        if self.reduction == "mean":
            loss = loss.mean()
        elif self.reduction == "sum":
            loss = loss.sum()
        return loss


class Trainer:
    def __init__(self, model, optimizer, fp16=True):
        self.model = model.cuda()
        self.optimizer = optimizer
        self.amp_training = fp16
        self.data_type = torch.float16 if fp16 else torch.float32
        self.scaler = torch.cuda.amp.GradScaler(enabled=fp16)
        self.iou_loss = IOUloss(reduction="sum", loss_type="ciou")

    def train_one_iter(self, inps, targets, fg_mask):
        inps = inps.to(self.data_type)
        targets = targets.to(self.data_type)
        with torch.cuda.amp.autocast(enabled=self.amp_training):
            reg_output = self.model(inps)
        num_fg = max(int(fg_mask.sum()), 1)
        loss = self.iou_loss(reg_output.view(-1, 4)[fg_mask], targets) / num_fg
        self.optimizer.zero_grad()
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return loss.item()
