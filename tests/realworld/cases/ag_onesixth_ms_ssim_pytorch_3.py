# origin: https://github.com/One-sixth/ms_ssim_pytorch/issues/3
# kinds: domain explosion
import torch
import torch.nn as nn
import torch.nn.functional as F


def create_window(window_size, sigma):
    coords = torch.arange(window_size, dtype=torch.float) - window_size // 2
    g = torch.exp(-(coords ** 2) / (2 * sigma ** 2))
    g /= g.sum()
    return g.reshape(1, 1, 1, -1)


def _gaussian_filter(x, window_1d):
    C = x.shape[1]
    out = F.conv2d(x, window_1d, groups=C)
    return F.conv2d(out, window_1d.transpose(2, 3), groups=C)


def ssim(X, Y, window, data_range):
    C1 = (0.01 * data_range) ** 2
    C2 = (0.03 * data_range) ** 2

    mu1 = _gaussian_filter(X, window)
    mu2 = _gaussian_filter(Y, window)
    sigma1_sq = _gaussian_filter(X * X, window) - mu1.pow(2)
    sigma2_sq = _gaussian_filter(Y * Y, window) - mu2.pow(2)
    sigma12 = _gaussian_filter(X * Y, window) - mu1 * mu2

    cs_map = (2 * sigma12 + C2) / (sigma1_sq + sigma2_sq + C2)
    cs_map = cs_map.clamp_min(0.)
    ssim_map = ((2 * mu1 * mu2 + C1) / (mu1.pow(2) + mu2.pow(2) + C1)) * cs_map
    return ssim_map.mean(dim=(1, 2, 3)), cs_map.mean(dim=(1, 2, 3))


class MS_SSIM(nn.Module):
    def __init__(self, window_size=11, window_sigma=1.5, data_range=1., levels=3):
        super().__init__()
        self.data_range = data_range
        self.register_buffer('window', create_window(window_size, window_sigma))
        weights = torch.tensor([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])[:levels]
        self.register_buffer('weights', weights / weights.sum())

    def forward(self, X, Y):
        window = self.window.expand(X.shape[1], -1, -1, -1)
        cs_vals, ssim_vals = [], []
        for _ in range(self.weights.shape[0]):
            ssim_val, cs = ssim(X, Y, window, self.data_range)
            ssim_val = ssim_val.clamp_min(0.0001)  #+
            cs = cs.clamp_min(0.0001)  #+
            cs_vals.append(cs)
            ssim_vals.append(ssim_val)
            padding = (X.shape[2] % 2, X.shape[3] % 2)
            X = F.avg_pool2d(X, kernel_size=2, stride=2, padding=padding)
            Y = F.avg_pool2d(Y, kernel_size=2, stride=2, padding=padding)

        cs_vals = torch.stack(cs_vals, dim=0)
        ms_cs = cs_vals[:-1] ** self.weights[:-1].unsqueeze(1)  #*
        ms_ssim_val = torch.prod(ms_cs * (ssim_vals[-1] ** self.weights[-1]), dim=0)
        return ms_ssim_val
