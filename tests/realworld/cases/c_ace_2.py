# origin: https://github.com/summerlvsong/Aggregation-Cross-Entropy/issues/2
# kinds: domain underflow overflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class ACE(nn.Module):
    def __init__(self, dictionary):
        super().__init__()
        self.softmax = None
        self.label = None
        self.dict = dictionary

    def forward(self, logits, label):
        self.label = label
        self.softmax = F.softmax(logits, dim=-1)
        bs, steps, _ = self.softmax.size()
        counts = torch.sum(self.softmax, 1) / steps
        target = self.label / steps
        loss = (-torch.sum(torch.log(counts) * target)) / bs  #!
        loss = (-torch.sum(torch.log(counts + 1e-10) * target)) / bs  #+
        return loss
