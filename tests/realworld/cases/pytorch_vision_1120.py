# origin: https://github.com/pytorch/vision/issues/1120
# kinds: domain
import torch


def encode_boxes(reference, proposals, weights):
    wx, wy, ww, wh = weights
    ex_widths = proposals[:, 2] - proposals[:, 0]
    ex_heights = proposals[:, 3] - proposals[:, 1]
    gt_widths = reference[:, 2] - reference[:, 0]
    gt_heights = reference[:, 3] - reference[:, 1]
    ex_widths, ex_heights = ex_widths.clamp(min=1e-3), ex_heights.clamp(min=1e-3)  #+
    gt_widths, gt_heights = gt_widths.clamp(min=1e-3), gt_heights.clamp(min=1e-3)  #+
    targets_dw = ww * torch.log(gt_widths / ex_widths)  #*
    targets_dh = wh * torch.log(gt_heights / ex_heights)  #*
    return torch.stack((targets_dw, targets_dh), dim=1)
