import torch
import torch.nn as nn
import torch.nn.functional as F

def loss(logits, labels, mask):
    labels = torch.where(mask, labels, -100)
    return F.cross_entropy(logits, labels, ignore_index=-100)  # NS327
