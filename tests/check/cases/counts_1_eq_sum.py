import torch
import torch.nn as nn
import torch.nn.functional as F

def f(labels, d):
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    npos = same.sum(1) - 1
    return (d * same).sum(1) / npos  # NS302
