# origin: https://github.com/Project-MONAI/MONAI/issues/1868
# kinds: cancellation
import torch
import torch.nn.functional as F
from torch.nn.modules.loss import _Loss


class LocalNormalizedCrossCorrelationLoss(_Loss):
    def __init__(self, kernel, smooth_nr=0.0, smooth_dr=1e-5):
        super().__init__()
        self.kernel = kernel
        self.smooth_nr = smooth_nr
        self.smooth_dr = smooth_dr

    def filter(self, image):
        return F.conv3d(image, self.kernel, padding="same")

    def forward(self, pred, target):
        t_sum = self.filter(target)
        t2_sum = self.filter(target**2)
        t_avg = t_sum / self.kernel.sum().clamp(min=1)
        t_var = t2_sum - t_avg * t_sum  #!
        t_var = self.filter((target - t_avg) ** 2)  #+
        return torch.mean(self.smooth_nr + t_var / (t_var.detach().abs() + self.smooth_dr))
