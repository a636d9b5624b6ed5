# origin: https://github.com/ultralytics/yolov5/issues/736
# kinds: domain
import torch
import torch.nn as nn


def bbox_giou(box1, box2, eps=1e-7):
    """GIoU of predicted and target boxes in xywh."""
    (x1, y1, w1, h1), (x2, y2, w2, h2) = box1.chunk(4, -1), box2.chunk(4, -1)
    b1_x1, b1_x2, b1_y1, b1_y2 = x1 - w1 / 2, x1 + w1 / 2, y1 - h1 / 2, y1 + h1 / 2
    b2_x1, b2_x2, b2_y1, b2_y2 = x2 - w2 / 2, x2 + w2 / 2, y2 - h2 / 2, y2 + h2 / 2
    inter = (b1_x2.minimum(b2_x2) - b1_x1.maximum(b2_x1)).clamp(0) * (
        b1_y2.minimum(b2_y2) - b1_y1.maximum(b2_y1)
    ).clamp(0)
    union = w1 * h1 + w2 * h2 - inter  #-
    union = w1 * h1 + w2 * h2 - inter + eps  #+
    iou = inter / union  #*
    cw = b1_x2.maximum(b2_x2) - b1_x1.minimum(b2_x1)
    ch = b1_y2.maximum(b2_y2) - b1_y1.minimum(b2_y1)
    c_area = cw * ch + eps
    return iou - (c_area - union) / c_area


class ComputeLoss:
    def __init__(self, model, hyp):
        self.hyp = hyp
        self.bce_obj = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([hyp["obj_pw"]]))
        self.anchors = model.anchors

    def __call__(self, p, targets):
        lbox = torch.zeros(1, device=targets.device)
        lobj = torch.zeros(1, device=targets.device)
        for i, (pi, (rows, tbox)) in enumerate(zip(p, self.build_targets(p, targets))):
            tobj = torch.zeros_like(pi[..., 0])
            if rows.numel():
                pxy, pwh = pi[rows, :2].sigmoid() * 2 - 0.5, (pi[rows, 2:4].sigmoid() * 2) ** 2 * self.anchors[i]
                giou = bbox_giou(torch.cat((pxy, pwh), 1), tbox).squeeze(-1)
                lbox += (1.0 - giou).mean()
                tobj[rows] = giou.detach().clamp(0)
            lobj += self.bce_obj(pi[..., 4], tobj)
        return self.hyp["box"] * lbox + self.hyp["obj"] * lobj

    def build_targets(self, p, targets):
        raise NotImplementedError
