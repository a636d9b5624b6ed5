import torch
import torch.nn as nn
import torch.nn.functional as F

def ciou(inter, a1, a2, w1, h1, w2, h2):
    iou = inter / (a1 + a2 - inter + 1e-7)
    v = 4 / 9.87 * torch.pow(torch.atan(w2 / (h2 + 1e-7)) - torch.atan(w1 / (h1 + 1e-7)), 2)
    with torch.no_grad():
        alpha = v / (v - iou + 1)  # NS302
    return v * alpha
