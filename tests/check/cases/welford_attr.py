import torch
import torch.nn as nn
import torch.nn.functional as F

class R:
    def __init__(self):
        self.count = 0
        self.total = 0.0
        self.total_sq = 0.0
    def update(self, x):
        self.count += x.numel()
        self.total += x.sum()
        self.total_sq += (x ** 2).sum()
    def std(self):
        mean = self.total / self.count
        return (self.total_sq / self.count - mean ** 2).sqrt()  # NS204
