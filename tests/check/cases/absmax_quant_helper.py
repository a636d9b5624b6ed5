import torch
import torch.nn as nn
import torch.nn.functional as F

def absmax(x):
    return x.abs().amax(-1, keepdim=True)
def q(x):
    s = absmax(x) / 127.0
    return (x / s).round()  # NS302
