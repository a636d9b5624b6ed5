# origin: https://github.com/VCasecnikovs/Yet-Another-YOLOv4-Pytorch/issues/16
# kinds: overflow
import torch
import torch.nn as nn


class YOLOLayer(nn.Module):
    """Detection layer"""

    def __init__(self, anchors, num_classes, img_dim=608, grid_size=19):
        super().__init__()
        self.anchors = anchors
        self.num_anchors = len(anchors)
        self.num_classes = num_classes
        self.img_dim = img_dim
        self.mse_loss = nn.MSELoss()
        self.bce_loss = nn.BCELoss()
        self.compute_grid_offsets(grid_size)

    def compute_grid_offsets(self, grid_size):
        self.grid_size = g = grid_size
        self.stride = self.img_dim / g
        self.grid_x = torch.arange(g).repeat(g, 1).view([1, 1, g, g]).float()
        self.grid_y = torch.arange(g).repeat(g, 1).t().view([1, 1, g, g]).float()
        self.scaled_anchors = torch.tensor([(a_w / self.stride, a_h / self.stride) for a_w, a_h in self.anchors])
        self.anchor_w = self.scaled_anchors[:, 0:1].view((1, self.num_anchors, 1, 1))
        self.anchor_h = self.scaled_anchors[:, 1:2].view((1, self.num_anchors, 1, 1))

    def forward(self, x):
        num_samples, g = x.size(0), x.size(2)
        prediction = x.view(num_samples, self.num_anchors, self.num_classes + 5, g, g)
        prediction = prediction.permute(0, 1, 3, 4, 2).contiguous()
        cx = torch.sigmoid(prediction[..., 0])
        cy = torch.sigmoid(prediction[..., 1])
        w = prediction[..., 2]
        h = prediction[..., 3]
        pred_conf = torch.sigmoid(prediction[..., 4])
        pred_cls = torch.sigmoid(prediction[..., 5:])

        boxes = [
            cx + self.grid_x,
            cy + self.grid_y,
            torch.exp(w) * self.anchor_w,  #!
            torch.exp(h) * self.anchor_h,  #!
            torch.exp(w.clamp(max=8.0)) * self.anchor_w,  #+
            torch.exp(h.clamp(max=8.0)) * self.anchor_h,  #+
        ]
        pred_boxes = torch.stack(boxes, dim=-1)
        return pred_boxes, pred_conf, pred_cls


def giou(b1, b2):
    tl = torch.max(b1[..., :2] - b1[..., 2:] / 2, b2[..., :2] - b2[..., 2:] / 2)
    br = torch.min(b1[..., :2] + b1[..., 2:] / 2, b2[..., :2] + b2[..., 2:] / 2)
    ctl = torch.min(b1[..., :2] - b1[..., 2:] / 2, b2[..., :2] - b2[..., 2:] / 2)
    cbr = torch.max(b1[..., :2] + b1[..., 2:] / 2, b2[..., :2] + b2[..., 2:] / 2)
    inter = (br - tl).clamp(0).prod(-1)
    union = b1[..., 2:].prod(-1) + b2[..., 2:].prod(-1) - inter + 1e-16
    hull = (cbr - ctl).prod(-1) + 1e-16
    return inter / union - (hull - union) / hull


def box_loss(layer, features, target_boxes, obj_mask):
    pred_boxes, pred_conf, _ = layer(features)
    loss_box = (1 - giou(pred_boxes[obj_mask], target_boxes[obj_mask])).mean()
    loss_conf = layer.bce_loss(pred_conf, obj_mask.float())
    return loss_box + loss_conf
