# origin: https://github.com/Project-MONAI/MONAI/issues/1868
# kinds: cancellation domain
import torch
from torch.nn import functional as F
from torch.nn.modules.loss import _Loss


def make_rectangular_kernel(kernel_size: int) -> torch.Tensor:
    return torch.ones(kernel_size)


def separable_filtering(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    k = kernel.to(x)
    pad = k.numel() // 2
    for d in range(3):
        shape = [1, 1, 1, 1, 1]
        shape[d + 2] = -1
        padding = [0, 0, 0]
        padding[d] = pad
        x = F.conv3d(x, k.view(shape), padding=padding)
    return x


class LocalNormalizedCrossCorrelationLoss(_Loss):
    """
    Local squared zero-normalized cross-correlation between two images.
    Adapted from https://github.com/voxelmorph/voxelmorph/blob/legacy/src/losses.py
    """

    def __init__(self, kernel_size: int = 9, smooth_nr: float = 1e-7, smooth_dr: float = 1e-7):  #-
    def __init__(self, kernel_size: int = 9, smooth_nr: float = 0.0, smooth_dr: float = 1e-5):  #+
        super().__init__()
        self.kernel = make_rectangular_kernel(kernel_size)
        self.kernel_vol = float(kernel_size) ** 3  #-
        self.kernel = self.kernel / self.kernel.sum()  #+
        self.smooth_nr = float(smooth_nr)
        self.smooth_dr = float(smooth_dr)

    def forward(self, pred: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        if pred.shape != target.shape:
            raise ValueError(f"ground truth has differing shape ({target.shape}) from pred ({pred.shape})")
        pred, target = pred.double(), target.double()  #+
        t_sum = separable_filtering(target, self.kernel)
        p_sum = separable_filtering(pred, self.kernel)
        t2_sum = separable_filtering(target ** 2, self.kernel)
        p2_sum = separable_filtering(pred ** 2, self.kernel)
        tp_sum = separable_filtering(target * pred, self.kernel)

        t_avg = t_sum / self.kernel_vol  #-
        p_avg = p_sum / self.kernel_vol  #-
        cross = tp_sum - p_avg * t_sum  #-
        t_var = t2_sum - t_avg * t_sum  #!
        p_var = p2_sum - p_avg * p_sum  #!
        cross = tp_sum - p_sum * t_sum  #+
        t_var = torch.clamp(t2_sum - t_sum * t_sum, min=0.0)  #+
        p_var = torch.clamp(p2_sum - p_sum * p_sum, min=0.0)  #+
        ncc = (cross * cross + self.smooth_nr) / (t_var * p_var + self.smooth_dr)
        return -torch.mean(ncc)


def register(moving, fixed, warp, optimizer, steps=200):
    criterion = LocalNormalizedCrossCorrelationLoss()
    for _ in range(steps):
        optimizer.zero_grad()
        loss = criterion(warp(moving), fixed)
        loss.backward()
        optimizer.step()
