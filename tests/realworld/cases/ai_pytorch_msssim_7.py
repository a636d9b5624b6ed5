# origin: https://github.com/VainF/pytorch-msssim/issues/7
# kinds: domain
import torch
import torch.nn.functional as F


def _fspecial_gauss_1d(size, sigma):
    coords = torch.arange(size).to(dtype=torch.float)
    coords -= size // 2
    g = torch.exp(-(coords ** 2) / (2 * sigma ** 2))
    g /= g.sum()
    return g.unsqueeze(0).unsqueeze(0)


def gaussian_filter(input, win):
    C = input.shape[1]
    out = F.conv2d(input, win, stride=1, padding=0, groups=C)
    return F.conv2d(out, win.transpose(2, 3), stride=1, padding=0, groups=C)


def _ssim(X, Y, win, data_range=255, full=False):
    K1, K2 = 0.01, 0.03
    C1 = (K1 * data_range) ** 2
    C2 = (K2 * data_range) ** 2

    mu1 = gaussian_filter(X, win)
    mu2 = gaussian_filter(Y, win)
    mu1_sq, mu2_sq, mu1_mu2 = mu1.pow(2), mu2.pow(2), mu1 * mu2

    sigma1_sq = gaussian_filter(X * X, win) - mu1_sq
    sigma2_sq = gaussian_filter(Y * Y, win) - mu2_sq
    sigma12 = gaussian_filter(X * Y, win) - mu1_mu2

    cs_map = (2 * sigma12 + C2) / (sigma1_sq + sigma2_sq + C2)
    ssim_map = ((2 * mu1_mu2 + C1) / (mu1_sq + mu2_sq + C1)) * cs_map
    ssim_val = ssim_map.mean(-1).mean(-1).mean(-1)
    cs = cs_map.mean(-1).mean(-1).mean(-1)
    return ssim_val, cs


def ms_ssim(X, Y, win_size=11, win_sigma=1.5, data_range=255, size_average=True, weights=None):
    if not X.shape == Y.shape:
        raise ValueError('Input images must have the same dimensions.')
    if weights is None:
        weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]
    weights = torch.tensor(weights, dtype=X.dtype, device=X.device)

    win = _fspecial_gauss_1d(win_size, win_sigma)
    win = win.repeat(X.shape[1], 1, 1, 1).to(X.device, dtype=X.dtype)

    levels = weights.shape[0]
    mcs = []
    for _ in range(levels):
        ssim_val, cs = _ssim(X, Y, win=win, data_range=data_range)
        ssim_val, cs = ssim_val.clamp(min=1e-6), cs.clamp(min=1e-6)  #+
        mcs.append(cs)
        padding = (X.shape[2] % 2, X.shape[3] % 2)
        X = F.avg_pool2d(X, kernel_size=2, padding=padding)
        Y = F.avg_pool2d(Y, kernel_size=2, padding=padding)

    mcs = torch.stack(mcs, dim=0)
    msssim_val = torch.prod(mcs[:-1] ** weights[:-1].unsqueeze(1), dim=0)  #*
    msssim_val = msssim_val * (ssim_val ** weights[-1])  #*
    return msssim_val.mean() if size_average else msssim_val
