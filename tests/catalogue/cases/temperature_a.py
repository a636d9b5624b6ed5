# origin: contrastive temperature
# kinds: NS323
import torch
from torch import nn
import torch.nn.functional as F


class Clip(nn.Module):
    def __init__(self):
        super().__init__()
        self.temperature = nn.Parameter(torch.tensor(0.07))  #-
        self.log_scale = nn.Parameter(torch.tensor(2.6592))  #+

    def forward(self, a, b):
        a, b = F.normalize(a, dim=-1), F.normalize(b, dim=-1)
        logits = a @ b.t() / self.temperature  #!
        logits = a @ b.t() * self.log_scale.clamp(max=4.6052).exp()  #+
        labels = torch.arange(len(a), device=a.device)
        return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.t(), labels)) / 2
