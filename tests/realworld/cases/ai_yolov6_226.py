# origin: https://github.com/meituan/YOLOv6/issues/226
# kinds: domain
import math

import torch


class IOUloss:
    """Calculate IoU loss."""

    def __init__(self, box_format='xywh', iou_type='ciou', reduction='none', eps=1e-7):
        self.box_format = box_format
        self.iou_type = iou_type.lower()
        self.reduction = reduction
        self.eps = eps

    def __call__(self, box1, box2):
        """box1 is 4, box2 is nx4."""
        if box1.shape[0] != box2.shape[0]:
            box2 = box2.T
            b1_x1, b1_y1, b1_x2, b1_y2 = box1
            b2_x1, b2_y1, b2_x2, b2_y2 = box2
        else:
            b1_x1, b1_y1, b1_x2, b1_y2 = box1.unbind(-1)
            b2_x1, b2_y1, b2_x2, b2_y2 = box2.unbind(-1)

        inter = (torch.min(b1_x2, b2_x2) - torch.max(b1_x1, b2_x1)).clamp(0) * \
                (torch.min(b1_y2, b2_y2) - torch.max(b1_y1, b2_y1)).clamp(0)
        w1, h1 = b1_x2 - b1_x1, b1_y2 - b1_y1 + self.eps
        w2, h2 = b2_x2 - b2_x1, b2_y2 - b2_y1 + self.eps
        union = w1 * h1 + w2 * h2 - inter + self.eps
        iou = inter / union

        cw = torch.max(b1_x2, b2_x2) - torch.min(b1_x1, b2_x1)
        ch = torch.max(b1_y2, b2_y2) - torch.min(b1_y1, b2_y1)
        if self.iou_type == 'giou':
            c_area = cw * ch + self.eps
            iou = iou - (c_area - union) / c_area
        elif self.iou_type == 'siou':
            s_cw = (b2_x1 + b2_x2 - b1_x1 - b1_x2) * 0.5  #-
            s_ch = (b2_y1 + b2_y2 - b1_y1 - b1_y2) * 0.5  #-
            s_cw = (b2_x1 + b2_x2 - b1_x1 - b1_x2) * 0.5 + self.eps  #+
            s_ch = (b2_y1 + b2_y2 - b1_y1 - b1_y2) * 0.5 + self.eps  #+
            sigma = torch.pow(s_cw ** 2 + s_ch ** 2, 0.5)  #*
            sin_alpha_1 = torch.abs(s_cw) / sigma  #*
            sin_alpha_2 = torch.abs(s_ch) / sigma  #*
            threshold = pow(2, 0.5) / 2
            sin_alpha = torch.where(sin_alpha_1 > threshold, sin_alpha_2, sin_alpha_1)
            angle_cost = 1 - 2 * torch.pow(torch.sin(torch.arcsin(sin_alpha) - math.pi / 4), 2)
            rho_x = (s_cw / (cw + self.eps)) ** 2
            rho_y = (s_ch / (ch + self.eps)) ** 2
            gamma = angle_cost - 2
            distance_cost = 2 - torch.exp(gamma * rho_x) - torch.exp(gamma * rho_y)
            omiga_w = torch.abs(w1 - w2) / torch.max(w1, w2)
            omiga_h = torch.abs(h1 - h2) / torch.max(h1, h2)
            shape_cost = torch.pow(1 - torch.exp(-omiga_w), 4) + torch.pow(1 - torch.exp(-omiga_h), 4)
            iou = iou - 0.5 * (distance_cost + shape_cost)
        loss = 1.0 - iou

        if self.reduction == 'sum':
            loss = loss.sum()
        elif self.reduction == 'mean':
            loss = loss.mean()
        return loss
