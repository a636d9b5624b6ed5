# origin: https://github.com/ZFTurbo/Music-Source-Separation-Training/pull/200
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def warp(image, flow):
    """Warps (B, C, H, W) by a displacement in pixels (B, 2, H, W)."""
    b, _, h, w = image.shape
    ys, xs = torch.meshgrid(
        torch.arange(h, device=image.device, dtype=image.dtype),
        torch.arange(w, device=image.device, dtype=image.dtype),
        indexing="ij",
    )
    gx = 2.0 * (xs + flow[:, 0]) / (w - 1) - 1.0
    gy = 2.0 * (ys + flow[:, 1]) / (h - 1) - 1.0
    return F.grid_sample(image, torch.stack([gx, gy], dim=-1), align_corners=True)


class TotalVariation(nn.Module):
    """Isotropic TV of the displacement field."""

    def __init__(self, weight=0.1, eps=1e-8):
        super().__init__()
        self.weight = weight
        self.eps = eps

    def forward(self, flow):
        dx = flow[..., :-1, 1:] - flow[..., :-1, :-1]
        dy = flow[..., 1:, :-1] - flow[..., :-1, :-1]
        slope = torch.sqrt(dx ** 2 + dy ** 2)  #!
        slope = torch.sqrt(dx ** 2 + dy ** 2 + self.eps)  #+
        return self.weight * slope.mean()


class Registration(nn.Module):
    """Instance optimisation of one displacement field for a pair of scans."""

    def __init__(self, shape, tv_weight=0.1):
        super().__init__()
        self.flow = nn.Parameter(torch.zeros(1, 2, *shape))
        self.smooth = TotalVariation(tv_weight)

    def forward(self, moving, fixed):
        similarity = F.mse_loss(warp(moving, self.flow), fixed)
        return similarity + self.smooth(self.flow)


def register(moving, fixed, steps=200, lr=0.1):
    model = Registration(moving.shape[-2:])
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(steps):
        opt.zero_grad()
        loss = model(moving, fixed)
        loss.backward()
        opt.step()
    return model.flow.detach()
