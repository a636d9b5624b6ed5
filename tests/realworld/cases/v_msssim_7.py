# origin: https://github.com/VainF/pytorch-msssim/issues/7
# kinds: domain
import torch
import torch.nn.functional as F


class MSSSIMLoss(torch.nn.Module):
    WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)

    def __init__(self, window_size=11, sigma=1.5, channel=3, data_range=1.0):
        super().__init__()
        self.channel = channel
        coords = torch.arange(window_size, dtype=torch.float) - window_size // 2
        g = torch.exp(-(coords**2) / (2 * sigma**2))
        g = g / g.sum()
        self.register_buffer("window", (g[:, None] * g[None, :]).expand(channel, 1, -1, -1).contiguous())
        self.c1, self.c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2

    def _filter(self, x):
        return F.conv2d(x, self.window, groups=self.channel)

    def _ssim(self, x, y):
        mu1, mu2 = self._filter(x), self._filter(y)
        sigma12 = self._filter((x - mu1.mean()) * (y - mu2.mean()))
        s1, s2 = self._filter((x - mu1.mean()) ** 2), self._filter((y - mu2.mean()) ** 2)
        cs = (2 * sigma12 + self.c2) / (s1 + s2 + self.c2)
        luminance = (2 * mu1 * mu2 + self.c1) / (mu1.pow(2) + mu2.pow(2) + self.c1)
        return (luminance * cs).flatten(2).mean(-1), cs.flatten(2).mean(-1)

    def forward(self, x, y):
        weights = torch.tensor(self.WEIGHTS, device=x.device)
        mcs = []
        for level in range(len(self.WEIGHTS)):
            ssim, cs = self._ssim(x, y)
            if level < len(self.WEIGHTS) - 1:
                mcs.append(torch.relu(cs) + 1e-6)  #+
                mcs.append(cs)  #-
                x, y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
        ssim = torch.relu(ssim) + 1e-6  #+
        values = torch.stack(mcs + [ssim], dim=0)
        return 1 - torch.prod(values ** weights.view(-1, 1, 1), dim=0).mean()  #*
