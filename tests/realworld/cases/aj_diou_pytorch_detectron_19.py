# origin: https://github.com/Zzh-tju/DIoU-pytorch-detectron/issues/19
# kinds: domain
import torch
import torch.nn as nn

LIMBS = [(0, 1), (1, 2), (2, 3), (0, 4), (4, 5), (5, 6), (0, 7), (7, 8), (8, 9)]


def limb_vectors(joints):
    """joints: (batch, n_joints, 2) -> (batch, n_limbs, 2)"""
    start = joints[:, [a for a, _ in LIMBS]]
    end = joints[:, [b for _, b in LIMBS]]
    return end - start


def limb_visible(visibility):
    a = visibility[:, [i for i, _ in LIMBS]]
    b = visibility[:, [j for _, j in LIMBS]]
    return (a > 0) & (b > 0)


class LimbDirectionLoss(nn.Module):
    """1 - cos of the angle between predicted and annotated limbs.

    Joints that the annotator could not see are stored as (0, 0).
    """

    def __init__(self, weight=0.1):
        super().__init__()
        self.weight = weight

    def forward(self, pred, target, visibility):
        u = limb_vectors(pred)
        v = limb_vectors(target)
        visible = limb_visible(visibility) & (v.abs().sum(-1) > 0)
        u, v = u[visible], v[visible]  #+
        dot = (u * v).sum(dim=-1)
        cos = dot / (u.norm(dim=-1) * v.norm(dim=-1))  #!
        cos = dot / (u.norm(dim=-1) * v.norm(dim=-1)).clamp_min(1e-6)  #+
        loss = 1.0 - cos
        loss = loss[visible]  #-
        if loss.numel() == 0:
            return pred.sum() * 0.0
        return self.weight * loss.mean()


class PoseCriterion(nn.Module):
    def __init__(self, limb_weight=0.1):
        super().__init__()
        self.limb = LimbDirectionLoss(limb_weight)

    def forward(self, pred, target, visibility):
        shown = (visibility > 0).unsqueeze(-1).to(pred.dtype)
        coord = ((pred - target).abs() * shown).sum() / shown.sum().clamp_min(1.0)
        limb = self.limb(pred, target, visibility)
        return coord + limb, {"coord": coord.detach(), "limb": limb.detach()}
