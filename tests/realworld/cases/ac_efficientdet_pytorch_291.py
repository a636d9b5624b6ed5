# origin: https://github.com/rwightman/efficientdet-pytorch/issues/291
# kinds: loss-scale precision domain underflow
import torch
import torch.nn as nn

EPS = 1e-8


def get_center_coordinates_and_sizes(boxes):
    ymin, xmin, ymax, xmax = boxes.t().unbind()
    width = xmax - xmin
    height = ymax - ymin
    ycenter = ymin + height / 2.
    xcenter = xmin + width / 2.
    return ycenter, xcenter, height, width


class FasterRcnnBoxCoder(object):
    """Faster RCNN box coder."""

    def __init__(self, scale_factors=None, eps=EPS):
        self._scale_factors = scale_factors
        self.eps = eps

    def encode(self, boxes, anchors):
        boxes, anchors = boxes.float(), anchors.float()  #+
        ycenter_a, xcenter_a, ha, wa = get_center_coordinates_and_sizes(anchors)
        ycenter, xcenter, h, w = get_center_coordinates_and_sizes(boxes)
        ha = ha + self.eps  #*
        wa = wa + self.eps  #*
        h = h + self.eps  #*
        w = w + self.eps  #*

        tx = (xcenter - xcenter_a) / wa
        ty = (ycenter - ycenter_a) / ha
        tw = torch.log(w / wa)  #*
        th = torch.log(h / ha)  #*
        if self._scale_factors:
            ty *= self._scale_factors[0]
            tx *= self._scale_factors[1]
            th *= self._scale_factors[2]
            tw *= self._scale_factors[3]
        return torch.stack([ty, tx, th, tw]).t()


class BoxHead(nn.Module):
    def __init__(self, channels=64, num_anchors=9):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.predict = nn.Conv2d(channels, num_anchors * 4, 3, padding=1)

    def forward(self, x):
        return self.predict(torch.relu(self.conv(x)))


def box_loss(box_outputs, gt_boxes, anchors, box_coder, delta=0.1):
    box_targets = box_coder.encode(gt_boxes.to(box_outputs.dtype), anchors.to(box_outputs.dtype))
    pred = box_outputs.permute(0, 2, 3, 1).reshape(-1, 4)
    return nn.functional.huber_loss(pred.to(box_targets.dtype), box_targets, delta=delta)


def train_step(head, features, gt_boxes, anchors, optimizer, scaler):
    box_coder = FasterRcnnBoxCoder()
    optimizer.zero_grad()
    with torch.autocast('cuda', dtype=torch.float16):
        box_outputs = head(features)
        loss = box_loss(box_outputs, gt_boxes, anchors, box_coder)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss
