# origin: https://github.com/HobbitLong/SupContrast/pull/142
# kinds: domain
import torch
import torch.nn.functional as F
from torch import nn


class PrototypeAlignment(nn.Module):
    """Aligns class centres of labelled source and pseudo-labelled target data."""

    def __init__(self, num_classes, momentum=0.9, temperature=0.1):
        super().__init__()
        self.num_classes = num_classes
        self.momentum = momentum
        self.temperature = temperature

    def centres(self, feats, labels):
        member = F.one_hot(labels, self.num_classes).to(feats.dtype)
        total = member.t() @ feats
        count = member.sum(dim=0).unsqueeze(1)
        return total / count  #!
        return total / count.clamp(min=1.0)  #+

    def forward(self, source, source_labels, target, target_labels):
        c_src = self.centres(source, source_labels)
        c_tgt = self.centres(target, target_labels)
        gap = (c_src - c_tgt).square().sum(-1)
        shared = torch.isin(torch.arange(self.num_classes, device=source.device), source_labels)  #+
        shared &= torch.isin(torch.arange(self.num_classes, device=source.device), target_labels)  #+
        gap = gap * shared  #+
        return gap.sum() / self.num_classes


class AdaptationStep:
    def __init__(self, backbone, head, num_classes, weight=0.1, lr=1e-3, min_conf=0.8):
        self.backbone, self.head = backbone, head
        self.align = PrototypeAlignment(num_classes)
        self.weight = weight
        self.min_conf = min_conf
        params = list(backbone.parameters()) + list(head.parameters())
        self.optim = torch.optim.SGD(params, lr=lr, momentum=0.9)

    def __call__(self, xs, ys, xt):
        fs, ft = self.backbone(xs), self.backbone(xt)
        loss = F.cross_entropy(self.head(fs), ys)
        with torch.no_grad():
            conf, pseudo = self.head(ft).softmax(-1).max(-1)
        sure = conf > self.min_conf
        if sure.any():
            loss = loss + self.weight * self.align(fs, ys, ft[sure], pseudo[sure])
        self.optim.zero_grad()
        loss.backward()
        self.optim.step()
        return loss.item()
