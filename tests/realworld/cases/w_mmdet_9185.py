# origin: https://github.com/open-mmlab/mmdetection/pull/9185
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def dice_loss(pred, target, eps=1e-3):
    pred = pred.flatten(1)
    target = target.flatten(1).float()
    a = (pred * target).sum(1)
    b = (pred * pred).sum(1) + eps
    c = (target * target).sum(1) + eps
    return 1 - 2 * a / (b + c)


class SOLOV2Head(nn.Module):
    def __init__(self, num_classes, loss_mask_weight=3.0):
        super().__init__()
        self.num_classes = num_classes
        self.loss_mask_weight = loss_mask_weight

    def loss(self, mlvl_kernels, mlvl_cls_preds, mask_feats, mask_targets, labels):
        loss_mask = []
        num_pos = 0
        for kernels, targets in zip(mlvl_kernels, mask_targets):
            n = kernels.size(0)
            num_pos += n
            dynamic = F.conv2d(mask_feats, kernels.view(n, -1, 1, 1)) if n else None
            if dynamic is None:
                loss_mask.append(mask_feats.new_zeros(0))
                continue
            loss_mask.append(dice_loss(dynamic.squeeze(0).sigmoid(), targets))
        if num_pos > 0:
            loss_mask = torch.cat(loss_mask).sum() / num_pos
        else:
            loss_mask = torch.cat(loss_mask).mean()  #!
            loss_mask = mask_feats.sum() * 0  #+
        flat_cls = torch.cat([c.reshape(-1, self.num_classes) for c in mlvl_cls_preds])
        flat_labels = F.one_hot(torch.cat(labels), self.num_classes + 1)[:, :-1].float()
        loss_cls = F.binary_cross_entropy_with_logits(
            flat_cls, flat_labels, reduction="sum"
        ) / (num_pos + 1)
        return dict(loss_mask=loss_mask * self.loss_mask_weight, loss_cls=loss_cls)


def parse_losses(losses):
    return sum(v for k, v in losses.items() if k.startswith("loss"))
