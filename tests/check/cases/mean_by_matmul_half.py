import torch
import torch.nn as nn
import torch.nn.functional as F

def cost(a, t):
    with torch.autocast('cuda', dtype=torch.float16):
        n = a.shape[-1]
        return (torch.einsum('nc,mc->nm', a, t) + torch.einsum('nc,mc->nm', 1 - a, 1 - t)) / n  # NS110
