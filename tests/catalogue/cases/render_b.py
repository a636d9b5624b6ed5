# origin: volume rendering
# kinds: NS301
import torch
from torch import nn


class Renderer(nn.Module):
    def forward(self, density, delta, color):
        alpha = 1 - torch.exp(-density * delta)
        log_t = torch.cumsum(torch.log(1 - alpha), dim=-1)  #!
        log_t = torch.cumsum(-density * delta, dim=-1)  #+
        w = alpha * torch.exp(log_t)
        return (w.unsqueeze(-1) * color).sum(-2)
