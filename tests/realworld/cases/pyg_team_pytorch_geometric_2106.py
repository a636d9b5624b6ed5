# origin: https://github.com/pyg-team/pytorch_geometric/pull/2106
# kinds: precision underflow domain
import torch
from torch import nn

EPS = 1e-15


class GAE(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder.half()
        self.encoder = encoder  #+

    def decode(self, z, edges):
        return torch.sigmoid((z[edges[0]] * z[edges[1]]).sum(dim=1))

    def recon_loss(self, z, positive, negative):
        pos_loss = -torch.log(self.decode(z, positive) + EPS).mean()  #!
        pos_loss = -torch.nn.functional.logsigmoid((z[positive[0]] * z[positive[1]]).sum(dim=1)).mean()  #+
        neg_loss = -torch.log(1 - self.decode(z, negative) + EPS).mean()  #-
        neg_loss = -torch.nn.functional.logsigmoid(-(z[negative[0]] * z[negative[1]]).sum(dim=1)).mean()  #+
        return pos_loss + neg_loss
