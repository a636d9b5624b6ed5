import torch
import torch.nn as nn
import torch.nn.functional as F

def f(x):
    mu = x.mean(dim=[2, 3], keepdim=True)
    sd = x.std(dim=[2, 3], keepdim=True)
    return (x - mu) / (sd + 1e-5)  # NS305
