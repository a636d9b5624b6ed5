# origin: https://github.com/pytorch/vision/issues/1120
# kinds: domain
import math

import torch


class BoxCoder:
    def __init__(self, weights=(1.0, 1.0, 1.0, 1.0), bbox_xform_clip=math.log(1000.0 / 16)):
        self.weights = weights
        self.bbox_xform_clip = bbox_xform_clip

    def encode(self, reference_boxes, proposals):
        wx, wy, ww, wh = self.weights
        ex_widths = (proposals[:, 2] - proposals[:, 0]).clamp(min=1e-2)
        ex_heights = (proposals[:, 3] - proposals[:, 1]).clamp(min=1e-2)
        ex_ctr_x = proposals[:, 0] + 0.5 * ex_widths
        ex_ctr_y = proposals[:, 1] + 0.5 * ex_heights

        gt_widths = reference_boxes[:, 2] - reference_boxes[:, 0]
        gt_heights = reference_boxes[:, 3] - reference_boxes[:, 1]
        gt_ctr_x = reference_boxes[:, 0] + 0.5 * gt_widths
        gt_ctr_y = reference_boxes[:, 1] + 0.5 * gt_heights
        gt_widths = gt_widths.clamp(min=1e-2)  #+
        gt_heights = gt_heights.clamp(min=1e-2)  #+

        dx = wx * (gt_ctr_x - ex_ctr_x) / ex_widths
        dy = wy * (gt_ctr_y - ex_ctr_y) / ex_heights
        dw = ww * torch.log(gt_widths / ex_widths)  #*
        dh = wh * torch.log(gt_heights / ex_heights)  #*
        return torch.stack((dx, dy, dw, dh), dim=1)
