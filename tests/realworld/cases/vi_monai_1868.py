# origin: https://github.com/Project-MONAI/MONAI/issues/1868
# kinds: cancellation domain
import torch
from torch.nn import functional as F
from torch.nn.modules.loss import _Loss


class LocalNormalizedCrossCorrelationLoss(_Loss):
    def __init__(self, kernel_size=9, smooth_nr=1e-5, smooth_dr=1e-5):
        super().__init__()
        self.smooth_nr, self.smooth_dr = smooth_nr, smooth_dr
        self.kernel_size = kernel_size

    def _average(self, x):
        kernel = torch.ones(1, 1, *[self.kernel_size] * 3, device=x.device) / self.kernel_size**3
        return F.conv3d(x, kernel, padding=self.kernel_size // 2)

    def forward(self, pred, target):
        p_avg, t_avg = self._average(pred), self._average(target)
        cross = self._average((pred - p_avg) * (target - t_avg))
        p_var = self._average(pred**2) - p_avg**2  #!
        t_var = self._average(target**2) - t_avg**2  #!
        p_var = self._average((pred - p_avg) ** 2)  #+
        t_var = self._average((target - t_avg) ** 2)  #+
        ncc = (cross * cross + self.smooth_nr) / (p_var * t_var + self.smooth_dr)
        return -ncc.mean()
