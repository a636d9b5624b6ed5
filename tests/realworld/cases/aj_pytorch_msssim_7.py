# origin: https://github.com/VainF/pytorch-msssim/issues/7
# kinds: domain
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F


class DisplayPipeline:
    """Turns linear HDR renders into 8-bit previews."""

    def __init__(self, scale=2, exposure=0.0, gamma=2.2):
        self.scale = scale
        self.exposure = exposure
        self.gamma = gamma

    def upscale(self, linear):
        if self.scale == 1:
            return linear
        return F.interpolate(linear, scale_factor=self.scale, mode="bicubic", align_corners=False)

    def tonemap(self, linear):
        x = linear * 2.0**self.exposure
        x = x.clamp(min=0.0)  #+
        x = x / (1.0 + x)
        return x ** (1.0 / self.gamma)  #*

    @torch.no_grad()
    def __call__(self, linear):
        """linear: (B, 3, H, W), non-negative radiance."""
        img = self.tonemap(self.upscale(linear.float()))
        return (img.clamp(0.0, 1.0) * 255.0).round()


@torch.no_grad()
def preview_psnr(pipeline, render, reference):
    a, b = pipeline(render), pipeline(reference)
    mse = (a - b).square().mean(dim=(1, 2, 3)).clamp(min=1e-6)
    return 10.0 * torch.log10(255.0**2 / mse)


def save_previews(pipeline, renders, folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for i, batch in enumerate(renders):
        out = pipeline(batch).permute(0, 2, 3, 1).to(torch.uint8).numpy()
        np.save(folder / f"{i:04d}.npy", out)


def score_checkpoint(pipeline, model, loader):
    scores = []
    for noisy, clean in loader:
        scores.append(preview_psnr(pipeline, model(noisy).clamp(min=0.0), clean))
    return torch.cat(scores).mean().item()
