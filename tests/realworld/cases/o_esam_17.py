# origin: https://github.com/xuxw98/ESAM/issues/17
# kinds: domain
import torch
import torch.nn.functional as F


def dice_loss(inputs, targets):
    inputs = inputs.sigmoid()
    numerator = 2 * (inputs * targets).sum(-1)
    denominator = inputs.sum(-1) + targets.sum(-1)
    loss = 1 - (numerator + 1) / (denominator + 1)
    return loss.mean()


class InstanceCriterion:
    def __init__(self, matcher, loss_weight, non_object_weight, num_classes):
        self.matcher = matcher
        self.class_weight = [1] * num_classes + [non_object_weight]
        self.loss_weight = loss_weight

    def get_cls_loss(self, cls_preds, insts, indices):
        losses = []
        for cls_pred, inst, (idx_q, idx_gt) in zip(cls_preds, insts, indices):
            target = cls_pred.new_full((len(cls_pred),), cls_pred.shape[1] - 1, dtype=torch.long)
            target[idx_q] = inst.labels_3d[idx_gt]
            losses.append(F.cross_entropy(cls_pred, target, cls_pred.new_tensor(self.class_weight)))
        return torch.stack(losses).mean()

    def get_mask_loss(self, pred_masks, insts, indices):
        bce_losses, dice_losses = [], []
        for mask, inst, (idx_q, idx_gt) in zip(pred_masks, insts, indices):
            if len(inst) == 0:  #-
            if len(inst) == 0 or len(idx_q) == 0:  #+
                continue
            pred_mask = mask[idx_q]
            tgt_mask = inst.sp_masks[idx_gt].float()
            bce_losses.append(F.binary_cross_entropy_with_logits(pred_mask, tgt_mask))  #*
            dice_losses.append(dice_loss(pred_mask, tgt_mask))  #*
        if not bce_losses:
            zero = sum(mask.sum() for mask in pred_masks) * 0
            return zero, zero
        return (torch.stack(bce_losses).sum() / len(pred_masks),
                torch.stack(dice_losses).sum() / len(pred_masks))

    def __call__(self, pred, insts):
        indices = [
            self.matcher(scores, masks, inst)
            for scores, masks, inst in zip(pred["cls_preds"], pred["masks"], insts)
        ]
        cls_loss = self.get_cls_loss(pred["cls_preds"], insts, indices)
        mask_bce_loss, mask_dice_loss = self.get_mask_loss(pred["masks"], insts, indices)
        loss = (self.loss_weight[0] * cls_loss + self.loss_weight[1] * mask_bce_loss
                + self.loss_weight[2] * mask_dice_loss)
        return {"inst_loss": loss}
