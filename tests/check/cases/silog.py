import torch
import torch.nn as nn
import torch.nn.functional as F

def silog(pred, gt):
    d = torch.log(pred) - torch.log(gt)
    return torch.sqrt((d ** 2).mean() - 0.85 * d.mean() ** 2)  # NS401
