# origin: https://github.com/aiff22/PyNET-PyTorch/issues/7
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


def ssim(img1, img2, window_size=11, val_range=1.0):
    channel = img1.size(1)
    real_size = min(window_size, img1.size(2), img1.size(3))
    window = create_window(real_size, channel=channel).to(img1.device)

    mu1 = F.conv2d(img1, window, groups=channel)
    mu2 = F.conv2d(img2, window, groups=channel)
    mu1_sq = mu1.pow(2)
    mu2_sq = mu2.pow(2)
    mu1_mu2 = mu1 * mu2

    sigma1_sq = F.conv2d(img1 * img1, window, groups=channel) - mu1_sq
    sigma2_sq = F.conv2d(img2 * img2, window, groups=channel) - mu2_sq
    sigma12 = F.conv2d(img1 * img2, window, groups=channel) - mu1_mu2

    C1 = (0.01 * val_range) ** 2
    C2 = (0.03 * val_range) ** 2
    cs_map = (2.0 * sigma12 + C2) / (sigma1_sq + sigma2_sq + C2)
    ssim_map = ((2 * mu1_mu2 + C1) * cs_map) / (mu1_sq + mu2_sq + C1)
    return ssim_map.mean(), cs_map.mean()


def msssim(img1, img2, window_size=11):
    weights = torch.FloatTensor([0.0448, 0.2856, 0.3001, 0.2363, 0.1333]).to(img1.device)
    mssim, mcs = [], []
    for _ in range(weights.size(0)):
        sim, cs = ssim(img1, img2, window_size=window_size)
        sim, cs = (sim + 1) / 2, (cs + 1) / 2  #+
        mssim.append(sim)
        mcs.append(cs)
        img1 = F.avg_pool2d(img1, (2, 2))
        img2 = F.avg_pool2d(img2, (2, 2))
    mssim = torch.stack(mssim)  #-
    mcs = torch.stack(mcs)  #-
    mssim = torch.stack(mssim).clamp(min=1e-4)  #+
    mcs = torch.stack(mcs).clamp(min=1e-4)  #+

    pow1 = mcs ** weights  #*
    pow2 = mssim ** weights  #*
    return torch.prod(pow1[:-1]) * pow2[-1]


def train_step(generator, optimizer, x, y):
    optimizer.zero_grad()
    enhanced = generator(x)
    loss_mse = F.mse_loss(enhanced, y)
    loss_ssim = 1 - msssim(enhanced, y)
    total_loss = loss_mse * 10 + loss_ssim
    total_loss.backward()
    optimizer.step()
    return total_loss.item()
