# origin: https://github.com/clcarwin/focal_loss_pytorch/issues/13
# kinds: domain
import math

import torch
from torch import nn


class Tonemapper(nn.Module):
    """Exposure and display gamma applied to the radiance of the renderer."""

    def __init__(self, gamma=2.2, learn_exposure=True):
        super().__init__()
        self.inv_gamma = 1.0 / gamma
        self.log_exposure = nn.Parameter(torch.zeros(()), requires_grad=learn_exposure)

    def forward(self, radiance):
        scaled = radiance * torch.exp(self.log_exposure)
        display = scaled.clamp(0.0, 1.0)  #-
        display = scaled.clamp(1e-5, 1.0)  #+
        return display.pow(self.inv_gamma)  #!
        return display.pow(self.inv_gamma)  #+


class LambertShader(nn.Module):
    def __init__(self, height, width):
        super().__init__()
        self.albedo = nn.Parameter(torch.full((height, width, 3), 0.5))
        self.light = nn.Parameter(torch.tensor([0.0, 0.0, 1.0]))

    def forward(self, normals, mask):
        direction = nn.functional.normalize(self.light, dim=0)
        cosine = (normals * direction).sum(-1, keepdim=True).clamp(min=0.0)
        return mask[..., None] * self.albedo * cosine / math.pi


def fit(shader, normals, mask, photo, steps=500, lr=1e-2):
    tonemap = Tonemapper()
    params = list(shader.parameters()) + list(tonemap.parameters())
    optimizer = torch.optim.Adam(params, lr=lr)
    for step in range(steps):
        optimizer.zero_grad()
        image = tonemap(shader(normals, mask))
        loss = (image - photo).abs().mean()
        loss.backward()
        optimizer.step()
    return shader, tonemap
