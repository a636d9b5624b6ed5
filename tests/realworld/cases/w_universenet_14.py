# origin: https://github.com/shinya7y/UniverseNet/issues/14
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def bbox_overlaps(a, b):
    lt = torch.max(a[:, :2], b[:, :2])
    rb = torch.min(a[:, 2:], b[:, 2:])
    inter = (rb - lt).clamp(min=0).prod(dim=1)
    area_a = (a[:, 2:] - a[:, :2]).clamp(min=0).prod(dim=1)
    area_b = (b[:, 2:] - b[:, :2]).clamp(min=0).prod(dim=1)
    return inter / (area_a + area_b - inter).clamp(min=1e-6)


class GFLHead(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.num_classes = num_classes

    def loss_single(self, cls_score, bbox_pred, labels, bbox_targets, num_samples):
        pos_inds = ((labels >= 0) & (labels < self.num_classes)).nonzero().squeeze(1)
        target = torch.zeros_like(cls_score)
        if len(pos_inds) > 0:
            weight_targets = cls_score.detach().sigmoid()[pos_inds].max(dim=1)[0]
            iou = bbox_overlaps(bbox_pred[pos_inds], bbox_targets[pos_inds])
            target[pos_inds, labels[pos_inds]] = iou.detach().clamp(0, 1)
            loss_bbox = (weight_targets * (1 - iou)).sum()
        else:
            loss_bbox = bbox_pred.sum() * 0
            weight_targets = torch.tensor(0.0, device=cls_score.device)
        loss_qfl = F.binary_cross_entropy_with_logits(cls_score, target, reduction="sum")
        return loss_qfl / num_samples, loss_bbox, weight_targets.sum()

    def loss(self, cls_scores, bbox_preds, labels, bbox_targets):
        num_pos = sum(((l >= 0) & (l < self.num_classes)).sum().item() for l in labels)
        num_samples = max(num_pos, 1)
        losses_qfl, losses_bbox, avg_factor = zip(
            *[
                self.loss_single(c, b, l, t, num_samples)
                for c, b, l, t in zip(cls_scores, bbox_preds, labels, bbox_targets)
            ]
        )
        avg_factor = sum(avg_factor)  #!
        avg_factor = sum(avg_factor).clamp(min=1)  #+
        losses_bbox = [x / avg_factor for x in losses_bbox]  #*
        return dict(loss_qfl=sum(losses_qfl), loss_bbox=sum(losses_bbox))
