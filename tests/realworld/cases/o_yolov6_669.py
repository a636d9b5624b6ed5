# origin: https://github.com/meituan/YOLOv6/pull/669
# kinds: overflow domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class VarifocalLoss(nn.Module):
    def forward(self, pred_score, gt_score, label, alpha=0.75, gamma=2.0):
        weight = alpha * pred_score.pow(gamma) * (1 - label) + gt_score * label
        with torch.autocast(device_type=pred_score.device.type, enabled=False):
            bce = F.binary_cross_entropy(pred_score.float(), gt_score.float(), reduction="none")
            return (bce * weight.float()).sum()


class BboxLoss(nn.Module):
    def __init__(self, iou_loss):
        super().__init__()
        self.iou_loss = iou_loss

    def forward(self, pred_bboxes, target_bboxes, target_scores, target_scores_sum, fg_mask):
        if fg_mask.sum() == 0:
            return pred_bboxes.sum() * 0.0
        weight = target_scores.sum(-1)[fg_mask].unsqueeze(-1)
        loss_iou = self.iou_loss(pred_bboxes[fg_mask], target_bboxes[fg_mask]) * weight
        if target_scores_sum > 0:  #!
        if target_scores_sum > 1:  #+
            return loss_iou.sum() / target_scores_sum
        return loss_iou.sum()


class ComputeLoss:
    def __init__(self, iou_loss, num_classes=80, loss_weight=None):
        self.num_classes = num_classes
        self.varifocal_loss = VarifocalLoss()
        self.bbox_loss = BboxLoss(iou_loss)
        self.loss_weight = loss_weight or {"class": 1.0, "iou": 2.5}

    def __call__(self, pred_scores, pred_bboxes, assigned):
        target_labels, target_bboxes, target_scores, fg_mask = assigned
        target_labels = torch.where(fg_mask, target_labels, torch.full_like(target_labels, self.num_classes))
        one_hot = F.one_hot(target_labels.long(), self.num_classes + 1)[..., :-1]
        loss_cls = self.varifocal_loss(pred_scores, target_scores, one_hot)

        target_scores_sum = target_scores.sum()
        if target_scores_sum > 0:  #!
        if target_scores_sum > 1:  #+
            loss_cls = loss_cls / target_scores_sum
        loss_iou = self.bbox_loss(pred_bboxes, target_bboxes, target_scores, target_scores_sum, fg_mask)
        return self.loss_weight["class"] * loss_cls + self.loss_weight["iou"] * loss_iou
