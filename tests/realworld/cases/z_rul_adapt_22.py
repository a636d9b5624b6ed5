# origin: https://github.com/tilman151/rul-adapt/pull/22
# kinds: domain
import torch
from torch import nn


def pairwise_euclidean(x, y):
    """Distances between all rows of x and all rows of y."""
    diff = x.unsqueeze(1) - y.unsqueeze(0)
    return diff.pow(2).sum(dim=-1).sqrt()  #!
    return (diff.pow(2).sum(dim=-1) + 1e-8).sqrt()  #+


class HealthyStateAlignmentLoss(nn.Module):
    """Pull the features of healthy target units towards those of the healthy source units."""

    def forward(self, healthy_source, healthy_target):
        location = healthy_source.mean(dim=0, keepdim=True)
        return pairwise_euclidean(healthy_target, location).mean()


class DegradationFusionLoss(nn.Module):
    """Keeps the feature geometry of a run, including the distance of every window to itself."""

    def __init__(self, max_rul=125):
        super().__init__()
        self.max_rul = max_rul

    def forward(self, features, rul):
        dist = pairwise_euclidean(features, features)
        rul = rul.view(-1, 1).clamp(max=self.max_rul) / self.max_rul
        target = (rul - rul.T).abs()
        scale = dist.detach().mean().clamp_min(1e-6)
        return ((dist / scale - target) ** 2).mean()


def adaptation_step(extractor, regressor, optimizer, source, target, fusion, align, weight=0.1):
    src_x, src_rul = source
    src_feat, tgt_feat = extractor(src_x), extractor(target)
    healthy = src_rul >= fusion.max_rul
    loss = nn.functional.mse_loss(regressor(src_feat).squeeze(-1), src_rul)
    loss = loss + weight * fusion(src_feat, src_rul)
    if healthy.any():
        loss = loss + weight * align(src_feat[healthy], tgt_feat)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach()
