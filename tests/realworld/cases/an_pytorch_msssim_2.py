# origin: https://github.com/jorge-pessoa/pytorch-msssim/issues/2
# kinds: domain
from math import exp

import torch
import torch.nn.functional as F


def create_window(window_size, channel=1):
    g = torch.Tensor([exp(-(x - window_size // 2) ** 2 / float(2 * 1.5 ** 2)) for x in range(window_size)])
    g = (g / g.sum()).unsqueeze(1)
    window_2d = g.mm(g.t()).float().unsqueeze(0).unsqueeze(0)
    return window_2d.expand(channel, 1, window_size, window_size).contiguous()


def ssim(img1, img2, window_size=11, val_range=1.0):
    (_, channel, height, width) = img1.size()
    real_size = min(window_size, height, width)
    window = create_window(real_size, channel=channel).to(img1.device)

    mu1 = F.conv2d(img1, window, groups=channel)
    mu2 = F.conv2d(img2, window, groups=channel)
    var1 = F.conv2d(img1 * img1, window, groups=channel) - mu1.pow(2)
    var2 = F.conv2d(img2 * img2, window, groups=channel) - mu2.pow(2)
    cov = F.conv2d(img1 * img2, window, groups=channel) - mu1 * mu2

    C1 = (0.01 * val_range) ** 2
    C2 = (0.03 * val_range) ** 2
    v1 = 2.0 * cov + C2
    v2 = var1 + var2 + C2
    cs = torch.mean(v1 / v2)
    ssim_map = ((2 * mu1 * mu2 + C1) * v1) / ((mu1.pow(2) + mu2.pow(2) + C1) * v2)
    return ssim_map.mean(), cs


class MSSSIM(torch.nn.Module):
    def __init__(self, window_size=11, val_range=1.0):
        super(MSSSIM, self).__init__()
        self.window_size = window_size
        self.val_range = val_range
        self.register_buffer("weights", torch.FloatTensor([0.0448, 0.2856, 0.3001, 0.2363, 0.1333]))

    def pyramid(self, img1, img2):
        sims, contrasts = [], []
        for _ in range(self.weights.size(0)):
            sim, cs = ssim(img1, img2, self.window_size, self.val_range)
            sims.append(sim)
            contrasts.append(cs)
            img1 = F.avg_pool2d(img1, (2, 2))
            img2 = F.avg_pool2d(img2, (2, 2))
        return torch.stack(sims), torch.stack(contrasts)

    def forward(self, img1, img2):
        mssim, mcs = self.pyramid(img1, img2)
        # SSIM lies in [-1, 1], move it to (0, 1]  #+
        mssim = ((mssim + 1) / 2).clamp(min=1e-6)  #+
        mcs = ((mcs + 1) / 2).clamp(min=1e-6)  #+

        pow1 = mcs ** self.weights  #!
        pow2 = mssim ** self.weights  #!
        pow1 = mcs ** self.weights  #+
        pow2 = mssim ** self.weights  #+
        return torch.prod(pow1[:-1]) * pow2[-1]


def train_step(model, img, optimizer, criterion):
    optimizer.zero_grad()
    loss = 1 - criterion(model(img), img)
    loss.backward()
    optimizer.step()
    return loss.item()
