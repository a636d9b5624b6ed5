# origin: https://github.com/Project-MONAI/MONAI/issues/1868
# kinds: cancellation domain
import torch
import torch.nn.functional as F
from torch import nn


class PatchStats(nn.Module):
    def __init__(self, window=7):
        super().__init__()
        self.window = window

    def mean(self, img):
        return F.avg_pool2d(img, self.window, stride=1, padding=self.window // 2, count_include_pad=False)

    def std(self, img):
        second = self.mean(img * img)  #-
        mean = self.mean(img)  #-
        return torch.sqrt(second - mean * mean)  #!
        r = self.window // 2  #+
        b, c, h, w = img.shape  #+
        padded = F.pad(img, (r, r, r, r), mode="replicate")  #+
        patches = F.unfold(padded, self.window).view(b, c, self.window**2, h, w)  #+
        centred = patches - patches.mean(dim=2, keepdim=True)  #+
        return torch.sqrt(centred.square().mean(dim=2) + 1e-8)  #+


class StereoConsistency(nn.Module):
    """Photometric term for self-supervised depth, robust to exposure changes."""

    def __init__(self, window=7, contrast_weight=0.3):
        super().__init__()
        self.stats = PatchStats(window)
        self.contrast_weight = contrast_weight

    def warp(self, right, disparity):
        b, _, h, w = right.shape
        ys = torch.linspace(-1, 1, h, device=right.device, dtype=right.dtype)
        xs = torch.linspace(-1, 1, w, device=right.device, dtype=right.dtype)
        gy, gx = torch.meshgrid(ys, xs, indexing="ij")
        gx = gx.expand(b, h, w) - 2.0 * disparity.squeeze(1) / max(w - 1, 1)
        grid = torch.stack([gx, gy.expand(b, h, w)], dim=-1)
        return F.grid_sample(right, grid, padding_mode="border", align_corners=True)

    def forward(self, left, right, disparity):
        recon = self.warp(right, disparity)
        detail_l = left - self.stats.mean(left)
        detail_r = recon - self.stats.mean(recon)
        detail = (detail_l - detail_r).abs().mean()
        contrast = (self.stats.std(left) - self.stats.std(recon)).abs().mean()
        return detail + self.contrast_weight * contrast
