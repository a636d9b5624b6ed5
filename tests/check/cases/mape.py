import torch
import torch.nn as nn
import torch.nn.functional as F

def mape(y, p):
    return torch.mean(torch.abs((y - p) / y))  # NS302
