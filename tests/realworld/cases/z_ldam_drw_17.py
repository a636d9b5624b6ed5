# origin: https://github.com/kaidic/LDAM-DRW/issues/17
# kinds: domain explosion
import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F


def focal_loss(input_values, gamma):
    """input_values are per-sample cross entropies."""
    p = torch.exp(-input_values)
    loss = (1 - p) ** gamma * input_values  #!
    loss = (1 - p).clamp_min(1e-6) ** gamma * input_values  #+
    return loss.mean()


class FocalLoss(nn.Module):
    def __init__(self, weight=None, gamma=0.5):
        super().__init__()
        assert gamma >= 0
        self.gamma = gamma
        self.weight = weight

    def forward(self, logits, target):
        return focal_loss(F.cross_entropy(logits, target, reduction="none", weight=self.weight), self.gamma)


def effective_number_weights(cls_num_list, beta=0.9999):
    counts = torch.tensor(cls_num_list, dtype=torch.float64).clamp_min(1)
    per_cls = (1 - beta) / (1 - beta**counts)
    return (per_cls / per_cls.sum() * len(cls_num_list)).float()


def get_args():
    parser = argparse.ArgumentParser("long-tailed CIFAR")
    parser.add_argument("--gamma", type=float, default=0.5)
    parser.add_argument("--beta", type=float, default=0.9999)
    parser.add_argument("--drw-epoch", type=int, default=160)
    return parser.parse_args()


def train(loader, model, optimizer, epoch, cls_num_list, args):
    weight = effective_number_weights(cls_num_list, args.beta) if epoch >= args.drw_epoch else None
    criterion = FocalLoss(weight=weight, gamma=args.gamma)
    for images, target in loader:
        loss = criterion(model(images), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
