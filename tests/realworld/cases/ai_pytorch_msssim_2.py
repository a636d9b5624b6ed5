# origin: https://github.com/jorge-pessoa/pytorch-msssim/issues/2
# kinds: domain
from math import exp

import torch
import torch.nn.functional as F


def gaussian(window_size, sigma):
    gauss = torch.Tensor([exp(-(x - window_size // 2) ** 2 / float(2 * sigma ** 2)) for x in range(window_size)])
    return gauss / gauss.sum()


def create_window(window_size, channel=1):
    _1D_window = gaussian(window_size, 1.5).unsqueeze(1)
    _2D_window = _1D_window.mm(_1D_window.t()).float().unsqueeze(0).unsqueeze(0)
    return _2D_window.expand(channel, 1, window_size, window_size).contiguous()


def ssim(img1, img2, window_size=11, L=1.0):
    (_, channel, height, width) = img1.size()
    window = create_window(min(window_size, height, width), channel=channel).to(img1)

    mu1 = F.conv2d(img1, window, groups=channel)
    mu2 = F.conv2d(img2, window, groups=channel)
    sigma1_sq = F.conv2d(img1 * img1, window, groups=channel) - mu1 * mu1
    sigma2_sq = F.conv2d(img2 * img2, window, groups=channel) - mu2 * mu2
    sigma12 = F.conv2d(img1 * img2, window, groups=channel) - mu1 * mu2

    C1 = (0.01 * L) ** 2
    C2 = (0.03 * L) ** 2
    v1 = 2.0 * sigma12 + C2
    v2 = sigma1_sq + sigma2_sq + C2
    cs = torch.mean(v1 / v2)
    ssim_map = ((2 * mu1 * mu2 + C1) * v1) / ((mu1 * mu1 + mu2 * mu2 + C1) * v2)
    return ssim_map.mean(), cs


def msssim(img1, img2, window_size=11):
    weights = torch.tensor([0.0448, 0.2856, 0.3001, 0.2363, 0.1333], device=img1.device)
    mssim = []
    mcs = []
    for _ in range(weights.size(0)):
        sim, cs = ssim(img1, img2, window_size=window_size)
        mssim.append(sim)
        mcs.append(cs)
        img1 = F.avg_pool2d(img1, (2, 2))
        img2 = F.avg_pool2d(img2, (2, 2))

    mssim = torch.stack(mssim)
    mcs = torch.stack(mcs)
    mssim = (mssim + 1) / 2  #+
    mcs = (mcs + 1) / 2  #+
    pow1 = mcs ** weights  #*
    pow2 = mssim ** weights  #*
    return torch.prod(pow1[:-1]) * pow2[-1]


class MSSSIM(torch.nn.Module):
    def __init__(self, window_size=11):
        super(MSSSIM, self).__init__()
        self.window_size = window_size

    def forward(self, img1, img2):
        return msssim(img1, img2, window_size=self.window_size)
