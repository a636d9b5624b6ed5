# origin: https://github.com/MenghanXia/DisentangledColorization/issues/5
# kinds: domain domain
import torch
import torch.nn as nn


def lab2xyz(lab):
    y_int = (lab[:, 0, :, :] + 16.) / 116.
    x_int = (lab[:, 1, :, :] / 500.) + y_int
    z_int = y_int - (lab[:, 2, :, :] / 200.)
    z_int = torch.max(torch.Tensor((0,)).to(z_int.device), z_int)
    out = torch.cat((x_int[:, None, :, :], y_int[:, None, :, :], z_int[:, None, :, :]), dim=1)
    mask = (out > .2068966).type(torch.FloatTensor).to(out.device)
    out = (out ** 3.) * mask + (out - 16. / 116.) / 7.787 * (1 - mask)
    sc = torch.Tensor((0.95047, 1., 1.08883))[None, :, None, None]
    return out * sc.to(out.device)


def xyz2rgb(xyz):
    r = 3.24048134 * xyz[:, 0, :, :] - 1.53715152 * xyz[:, 1, :, :] - 0.49853633 * xyz[:, 2, :, :]
    g = -0.96925495 * xyz[:, 0, :, :] + 1.87599 * xyz[:, 1, :, :] + .04155593 * xyz[:, 2, :, :]
    b = .05564664 * xyz[:, 0, :, :] - .20404134 * xyz[:, 1, :, :] + 1.05731107 * xyz[:, 2, :, :]
    rgb = torch.cat((r[:, None, :, :], g[:, None, :, :], b[:, None, :, :]), dim=1)
    rgb = torch.max(rgb, torch.zeros_like(rgb))
    mask = (rgb > .0031308).type(torch.FloatTensor).to(rgb.device)
    rgb = (1.055 * (rgb ** (1. / 2.4)) - 0.055) * mask + 12.92 * rgb * (1 - mask)  #!
    rgb = (1.055 * (rgb.clamp(min=.0031308) ** (1. / 2.4)) - 0.055) * mask + 12.92 * rgb * (1 - mask)  #+
    return rgb


def lab2rgb(lab_rs, l_mean=50, l_norm=50, ab_norm=110):
    l_ = lab_rs[:, [0], :, :] * l_norm + l_mean
    ab = lab_rs[:, 1:, :, :] * ab_norm
    lab = torch.cat((l_, ab), dim=1)
    return xyz2rgb(lab2xyz(lab))


class ColorNet(nn.Module):
    def __init__(self, ngf=32):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, ngf, 3, padding=1), nn.ReLU(),
                                  nn.Conv2d(ngf, ngf, 3, padding=1), nn.ReLU(),
                                  nn.Conv2d(ngf, 2, 3, padding=1), nn.Tanh())

    def forward(self, gray):
        return self.body(gray)


def train_iter(model, gray, target_rgb, optimizer):
    pred_ab = model(gray)
    pred_rgb = lab2rgb(torch.cat((gray, pred_ab), dim=1))
    total_loss = (pred_rgb - target_rgb).abs().mean()
    optimizer.zero_grad()
    total_loss.backward()
    optimizer.step()
    return total_loss.item()
