# origin: https://github.com/facebookresearch/pytorch3d/issues/202
# kinds: domain
import torch
from torch import nn


class NormWeightedCompositor(nn.Module):
    """Blends the features of the points that cover a pixel by normalised weights."""

    def __init__(self, background_color=None):
        super().__init__()
        self.background_color = background_color

    def forward(self, fragments, alphas, ptclds, **kwargs):
        features = ptclds[:, fragments.clamp(min=0)]
        valid = (fragments >= 0).float()
        weights = alphas * valid
        total = weights.sum(dim=1, keepdim=True)
        total = total.clamp(min=1e-4)  #+
        images = (features * (weights / total)[None]).sum(dim=2)  #*
        return images


class PointsRenderer(nn.Module):
    def __init__(self, rasterizer, compositor, radius=0.01):
        super().__init__()
        self.rasterizer, self.compositor, self.radius = rasterizer, compositor, radius

    def forward(self, point_clouds, **kwargs):
        idx, dists2 = self.rasterizer(point_clouds, **kwargs)
        weights = (1 - dists2 / (self.radius * self.radius)).clamp(min=0.0)
        return self.compositor(idx, weights, point_clouds.features_packed().permute(1, 0), **kwargs)
