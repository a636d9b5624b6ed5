import torch
import torch.nn as nn
import torch.nn.functional as F

class IoU(nn.Module):
    def iou(self, a, b):
        lt = torch.maximum(a[..., :2], b[..., :2])
        rb = torch.minimum(a[..., 2:], b[..., 2:])
        wh = torch.clamp(rb - lt, min=0)
        inter = wh[..., 0] * wh[..., 1]
        area_a = (a[..., 2] - a[..., 0]) * (a[..., 3] - a[..., 1])
        area_b = (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
        return inter / (area_a + area_b - inter).clamp(min=1e-6)
    def forward(self, a, b):
        return -torch.log(self.iou(a, b)).mean()  # NS301
