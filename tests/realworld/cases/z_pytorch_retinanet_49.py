# origin: https://github.com/kuangliu/pytorch-retinanet/pull/49
# kinds: domain underflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class RetinaLoss(nn.Module):
    def __init__(self, num_classes=20, alpha=0.25):
        super().__init__()
        self.num_classes = num_classes
        self.alpha = alpha

    def focal_loss_alt(self, x, y):
        """Focal loss alternative of the paper's appendix, x: [N, C] logits, y: [N] labels with 0 = background."""
        t = F.one_hot(y, 1 + self.num_classes)[:, 1:].to(x.dtype)
        xt = x * (2 * t - 1)
        pt = (2 * xt + 1).sigmoid()  #!
        w = self.alpha * t + (1 - self.alpha) * (1 - t)
        loss = -w * pt.log() / 2  #!
        loss = -w * F.logsigmoid(2 * xt + 1) / 2  #+
        return loss.sum()

    def forward(self, loc_preds, loc_targets, cls_preds, cls_targets):
        pos = cls_targets > 0
        num_pos = pos.sum().clamp(min=1).float()

        mask = pos.unsqueeze(2).expand_as(loc_preds)
        loc_loss = F.smooth_l1_loss(loc_preds[mask].view(-1, 4), loc_targets[mask].view(-1, 4), reduction="sum")

        keep = cls_targets > -1
        masked_cls_preds = cls_preds[keep].view(-1, self.num_classes)
        cls_loss = self.focal_loss_alt(masked_cls_preds, cls_targets[keep])
        return (loc_loss + cls_loss) / num_pos


def train(net, criterion, loader, optimizer):
    net.train()
    running = 0.0
    for step, (inputs, loc_targets, cls_targets) in enumerate(loader):
        optimizer.zero_grad()
        loc_preds, cls_preds = net(inputs)
        loss = criterion(loc_preds, loc_targets, cls_preds, cls_targets)
        loss.backward()
        optimizer.step()
        running += (loss.item() - running) / (step + 1)
    return running
