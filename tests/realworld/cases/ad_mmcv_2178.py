# origin: https://github.com/open-mmlab/mmcv/issues/2178
# kinds: cancellation domain
import torch
from torch import nn as nn


def calc_square_dist(point_feat_a, point_feat_b, norm=True):
    """Calculating square distance between a and b.

    Args:
        point_feat_a (Tensor): (B, N, C) Feature vector of each point.
        point_feat_b (Tensor): (B, M, C) Feature vector of each point.
        norm (Bool, optional): Whether to normalize the distance.
            Default: True.

    Returns:
        Tensor: (B, N, M) Distance between each pair points.
    """
    num_channel = point_feat_a.shape[-1]
    # [bs, n, 1]
    a_square = torch.sum(point_feat_a.unsqueeze(dim=2).pow(2), dim=-1)  #-
    # [bs, 1, m]
    b_square = torch.sum(point_feat_b.unsqueeze(dim=1).pow(2), dim=-1)  #-

    corr_matrix = torch.matmul(point_feat_a, point_feat_b.transpose(1, 2))  #-

    dist = a_square + b_square - 2 * corr_matrix  #!
    diff = point_feat_a.unsqueeze(dim=2) - point_feat_b.unsqueeze(dim=1)  #+
    dist = torch.sum(diff.pow(2), dim=-1).clamp(min=1e-12)  #+
    if norm:
        dist = torch.sqrt(dist) / num_channel  #*
    return dist


def furthest_point_sample_with_dist(points_dist, num_points):
    """points_dist: (B, N, N). Returns (B, num_points) indices."""
    B, N, _ = points_dist.shape
    idx = torch.zeros(B, num_points, dtype=torch.long, device=points_dist.device)
    temp = torch.full((B, N), 1e10, device=points_dist.device)
    last = torch.zeros(B, dtype=torch.long, device=points_dist.device)
    for i in range(1, num_points):
        d = points_dist[torch.arange(B), last]
        temp = torch.minimum(temp, d)
        last = temp.argmax(dim=1)
        idx[:, i] = last
    return idx


class FFPSSampler(nn.Module):
    """Using feature distances for FPS."""

    def forward(self, points, features, npoint):
        """Sampling points with F-FPS."""
        assert features is not None, 'feature input to FFPS_Sampler should not be None'
        features_for_fps = torch.cat([points, features.transpose(1, 2)], dim=2)
        features_dist = calc_square_dist(features_for_fps, features_for_fps)
        fps_idx = furthest_point_sample_with_dist(features_dist, npoint)
        return fps_idx
