# origin: https://github.com/VainF/pytorch-msssim/issues/7
# kinds: domain
import torch


def ms_ssim(X, Y, win, weights, levels=5):
    mcs = []
    for i in range(levels):
        ssim_per_channel, cs = _ssim(X, Y, win=win)
        if i < levels - 1:
            mcs.append(cs)  #-
            mcs.append(torch.relu(cs))  #+
            X, Y = torch.nn.functional.avg_pool2d(X, 2), torch.nn.functional.avg_pool2d(Y, 2)
    ssim_per_channel = torch.relu(ssim_per_channel)
    stacked = torch.stack(mcs + [ssim_per_channel], dim=0)
    return torch.prod(stacked ** weights.view(-1, 1, 1), dim=0).mean()  #!
    return torch.prod(stacked.clamp(min=1e-8) ** weights.view(-1, 1, 1), dim=0).mean()  #+


def _ssim(X, Y, win, C1=1e-4, C2=9e-4):
    mu1, mu2 = blur(X, win), blur(Y, win)
    sigma12 = blur((X - mu1) * (Y - mu2), win)
    spread = blur((X - mu1) ** 2, win) + blur((Y - mu2) ** 2, win)
    cs_map = (2 * sigma12 + C2) / (spread + C2)
    ssim_map = ((2 * mu1 * mu2 + C1) / (mu1**2 + mu2**2 + C1)) * cs_map
    return ssim_map.flatten(2).mean(-1), cs_map.flatten(2).mean(-1)


def blur(x, win):
    return torch.nn.functional.conv2d(x, win, groups=x.shape[1], padding="same")
