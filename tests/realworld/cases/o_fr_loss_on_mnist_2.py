# origin: https://github.com/MccreeZhao/FR-Loss-on-Mnist/issues/2
# kinds: domain cancellation
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class ArcMarginLinear(nn.Module):
    def __init__(self, num_class=10, feat_dim=2, s=30.0, m=0.5):
        super().__init__()
        self.feat_dim = feat_dim
        self.num_class = num_class
        self.s = s
        self.m = m
        self.weight = nn.Parameter(torch.randn(feat_dim, num_class))
        nn.init.xavier_uniform_(self.weight)
        self.cos_m = math.cos(m)
        self.sin_m = math.sin(m)
        self.th = math.cos(math.pi - m)
        self.mm = math.sin(math.pi - m) * m

    def forward(self, x, label):
        cosine = F.normalize(x).mm(F.normalize(self.weight, dim=0))
        sine = torch.sqrt(1.0 - torch.pow(cosine, 2))  #!
        sine = torch.sqrt(torch.clamp(1.0 - torch.pow(cosine, 2), min=1e-6))  #+
        phi = cosine * self.cos_m - sine * self.sin_m
        phi = torch.where((cosine - self.th) > 0, phi, cosine - self.mm)
        one_hot = torch.zeros_like(cosine)
        one_hot.scatter_(1, label.view(-1, 1), 1)
        output = (one_hot * phi) + ((1.0 - one_hot) * cosine)
        output = output * self.s
        loss = F.cross_entropy(output, label)
        return loss, output


def train(epoch, loader, net, head, optimizer, device):
    net.train()
    for step, (data, target) in enumerate(loader):
        data, target = data.to(device), target.to(device)
        feats = net(data)
        loss, logits = head(feats, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            acc = (logits.argmax(1) == target).float().mean()
            print(f"epoch {epoch} step {step} loss {loss.item():.4f} acc {acc.item():.4f}")
