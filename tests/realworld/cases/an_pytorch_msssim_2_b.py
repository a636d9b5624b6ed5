# origin: https://github.com/jorge-pessoa/pytorch-msssim/issues/2
# kinds: domain
import torch
import torch.nn.functional as F
from math import exp


def gaussian(window_size, sigma):
    gauss = torch.Tensor([exp(-(x - window_size // 2) ** 2 / float(2 * sigma ** 2)) for x in range(window_size)])
    return gauss / gauss.sum()


def create_window(window_size, channel=1):
    _1D_window = gaussian(window_size, 1.5).unsqueeze(1)
    _2D_window = _1D_window.mm(_1D_window.t()).float().unsqueeze(0).unsqueeze(0)
    return _2D_window.expand(channel, 1, window_size, window_size).contiguous()


def ssim(img1, img2, window, L=1.0):
    (_, channel, _, _) = img1.size()
    mu1 = F.conv2d(img1, window, groups=channel)
    mu2 = F.conv2d(img2, window, groups=channel)
    sigma1_sq = F.conv2d(img1 * img1, window, groups=channel) - mu1.pow(2)
    sigma2_sq = F.conv2d(img2 * img2, window, groups=channel) - mu2.pow(2)
    sigma12 = F.conv2d(img1 * img2, window, groups=channel) - mu1 * mu2

    C1 = (0.01 * L) ** 2
    C2 = (0.03 * L) ** 2
    v1 = 2.0 * sigma12 + C2
    v2 = sigma1_sq + sigma2_sq + C2
    cs = torch.mean(v1 / v2)
    ret = (((2 * mu1 * mu2 + C1) * v1) / ((mu1.pow(2) + mu2.pow(2) + C1) * v2)).mean()
    return ret, cs


class MSSSIM(torch.nn.Module):
    def __init__(self, window_size=11, channel=3, val_range=1.0):
        super(MSSSIM, self).__init__()
        self.val_range = val_range
        self.register_buffer('window', create_window(window_size, channel))
        self.register_buffer('weights', torch.FloatTensor([0.0448, 0.2856, 0.3001, 0.2363, 0.1333]))

    def _scales(self, img1, img2):
        for _ in range(self.weights.numel()):
            yield ssim(img1, img2, self.window, L=self.val_range)
            img1 = F.avg_pool2d(img1, (2, 2))
            img2 = F.avg_pool2d(img2, (2, 2))

    def forward(self, img1, img2):
        mssim = []
        mcs = []
        for sim, cs in self._scales(img1, img2):
            mssim.append(sim)
            mcs.append(cs)

        mssim = torch.stack(mssim)
        mcs = torch.stack(mcs)
        mssim = ((mssim + 1) / 2).clamp(min=1e-6)  #+
        mcs = ((mcs + 1) / 2).clamp(min=1e-6)  #+

        pow1 = mcs ** self.weights  #!
        pow2 = mssim ** self.weights  #!
        pow1 = mcs ** self.weights  #+
        pow2 = mssim ** self.weights  #+
        return torch.prod(pow1[:-1]) * pow2[-1]


def denoise_loss(criterion, net, noisy, clean):
    return 1 - criterion(net(noisy), clean)
