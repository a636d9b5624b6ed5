import torch
import torch.nn as nn
import torch.nn.functional as F

class Noam:
    def __init__(self, d, warmup):
        self.step_num = 0
        self.d, self.warmup = d, warmup
    def lr(self):
        return self.d ** -0.5 * min(self.step_num ** -0.5, self.step_num * self.warmup ** -1.5)  # NS310
