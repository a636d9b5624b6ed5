import torch
import torch.nn as nn
import torch.nn.functional as F

import copy
def make(model):
    ema_model = copy.deepcopy(model).half()  # NS616
    for p, q in zip(ema_model.parameters(), model.parameters()):
        p.data.mul_(0.999).add_(q.data, alpha=0.001)
    return ema_model
