# origin: https://github.com/Po-Hsun-Su/pytorch-ssim/issues/30
# kinds: cancellation domain
import torch
import torch.nn.functional as F


def create_window(window_size, channel, sigma=1.5):
    coords = torch.arange(window_size, dtype=torch.float32) - window_size // 2
    g = torch.exp(-coords.pow(2) / (2 * sigma**2))
    g = g / g.sum()
    window = torch.outer(g, g)
    return window.expand(channel, 1, window_size, window_size).contiguous()


def ssim_components(img1, img2, window_size=11):
    """Luminance, contrast and structure maps, to be weighted separately."""
    channel = img1.size(1)
    window = create_window(window_size, channel).to(img1)
    pad = window_size // 2

    def blur(x):
        return F.conv2d(x, window, padding=pad, groups=channel)

    mu1, mu2 = blur(img1), blur(img2)
    sigma1_sq = blur(img1 * img1) - mu1.pow(2)  #!
    sigma2_sq = blur(img2 * img2) - mu2.pow(2)  #!
    sigma1_sq = (blur(img1 * img1) - mu1.pow(2)).clamp_min(1e-8)  #+
    sigma2_sq = (blur(img2 * img2) - mu2.pow(2)).clamp_min(1e-8)  #+
    sigma12 = blur(img1 * img2) - mu1 * mu2
    sigma1 = sigma1_sq.pow(0.5)  #*
    sigma2 = sigma2_sq.pow(0.5)  #*

    c1, c2 = 0.01**2, 0.03**2
    c3 = c2 / 2
    luminance = (2 * mu1 * mu2 + c1) / (mu1.pow(2) + mu2.pow(2) + c1)
    contrast = (2 * sigma1 * sigma2 + c2) / (sigma1_sq + sigma2_sq + c2)
    structure = (sigma12 + c3) / (sigma1 * sigma2 + c3)
    return luminance, contrast, structure


class WeightedSSIM(torch.nn.Module):
    def __init__(self, weights=(0.2, 1.0, 1.0)):
        super().__init__()
        self.weights = weights

    def forward(self, img1, img2):
        parts = ssim_components(img1, img2)
        return sum(w * (1 - p.mean()) for w, p in zip(self.weights, parts))
