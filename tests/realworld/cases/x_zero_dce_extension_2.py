# origin: https://github.com/Li-Chongyi/Zero-DCE_extension/issues/2
# kinds: domain explosion
import torch
import torch.nn as nn
import torch.nn.functional as F


class ColorConstancyLoss(nn.Module):
    def forward(self, x):
        mean_rgb = torch.mean(x, [2, 3], keepdim=True)
        mr, mg, mb = torch.split(mean_rgb, 1, dim=1)
        drg = torch.pow(mr - mg, 2)
        drb = torch.pow(mr - mb, 2)
        dgb = torch.pow(mb - mg, 2)
        k = torch.pow(torch.pow(drg, 2) + torch.pow(drb, 2) + torch.pow(dgb, 2), 0.5)  #!
        k = torch.pow(torch.pow(drg, 2) + torch.pow(drb, 2) + torch.pow(dgb, 2) + 1e-5, 0.5)  #+
        return k.mean()


class ExposureLoss(nn.Module):
    def __init__(self, patch_size=16, level=0.6):
        super().__init__()
        self.pool = nn.AvgPool2d(patch_size)
        self.level = level

    def forward(self, x):
        gray = torch.mean(x, 1, keepdim=True)
        return torch.mean((self.pool(gray) - self.level) ** 2)


def enhance(image, curves):
    for r in torch.split(curves, 3, dim=1):
        image = image + r * (torch.pow(image, 2) - image)
    return image


def train_step(net, optimizer, image, w_color=5.0, w_exp=10.0):
    curves = torch.tanh(net(image))
    enhanced = enhance(image, curves)
    loss = w_color * ColorConstancyLoss()(enhanced) + w_exp * ExposureLoss()(enhanced)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 0.1)
    optimizer.step()
    return loss.item()
