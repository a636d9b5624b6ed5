# origin: https://github.com/photosynthesis-team/piq/issues/308
# kinds: domain
import torch
import torch.nn.functional as F
from torch.nn.modules.loss import _Loss


def prewitt_filter():
    return torch.tensor([[[-1., 0., 1.], [-1., 0., 1.], [-1., 0., 1.]]]) / 3


def similarity_map(map_x, map_y, constant, alpha=0.0):
    return (2.0 * map_x * map_y - alpha * map_x * map_y + constant) / \
           (map_x ** 2 + map_y ** 2 - alpha * map_x * map_y + constant)


def gradient_map(x, kernels):
    padding = kernels.size(-1) // 2
    grads = F.conv2d(x, kernels, padding=padding)
    return torch.sqrt(torch.sum(grads ** 2, dim=-3, keepdim=True))  #!
    return torch.sqrt(torch.sum(grads ** 2, dim=-3, keepdim=True) + 1e-12)  #+


def rgb_to_luma(x):
    weight = torch.tensor([0.299, 0.587, 0.114], dtype=x.dtype).view(1, 3, 1, 1)
    return (x * weight).sum(dim=1, keepdim=True)


def _gmsd(x, y, t=170 / (255. ** 2), alpha=0.0):
    kernels = torch.stack([prewitt_filter(), prewitt_filter().transpose(-1, -2)])
    x_grad = gradient_map(x, kernels)
    y_grad = gradient_map(y, kernels)
    gms = similarity_map(x_grad, y_grad, constant=t, alpha=alpha)
    mean_gms = torch.mean(gms, dim=[1, 2, 3], keepdim=True)
    var_gms = torch.mean((gms - mean_gms) ** 2, dim=[1, 2, 3])
    return torch.sqrt(var_gms + 1e-8)


class GMSDLoss(_Loss):
    def __init__(self, reduction='mean', data_range=1.):
        super().__init__()
        self.reduction = reduction
        self.data_range = data_range

    def forward(self, x, y):
        x = x / float(self.data_range)
        y = y / float(self.data_range)
        if x.size(1) == 3:
            x, y = rgb_to_luma(x), rgb_to_luma(y)
        x = F.avg_pool2d(x, kernel_size=2, stride=2, padding=0)
        y = F.avg_pool2d(y, kernel_size=2, stride=2, padding=0)
        score = _gmsd(x, y)
        return score.mean() if self.reduction == 'mean' else score


def fit_image(y, steps=100, lr=0.1):
    y_hat = torch.zeros_like(y, requires_grad=True)
    criterion = GMSDLoss()
    optim = torch.optim.SGD([y_hat], lr=lr)
    for i in range(steps):
        optim.zero_grad()
        loss = criterion(y, torch.sigmoid(y_hat))
        loss.backward()
        optim.step()
    return y_hat
