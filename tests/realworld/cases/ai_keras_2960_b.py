# origin: https://github.com/keras-team/keras/issues/2960
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def calc_mean_std(feat, eps=1e-5):
    n, c = feat.shape[:2]
    flat = feat.view(n, c, -1)
    mean = flat.mean(dim=2).view(n, c, 1, 1)
    var = flat.var(dim=2, unbiased=False)
    std = torch.sqrt(var).view(n, c, 1, 1) + eps  #!
    std = torch.sqrt(var + eps).view(n, c, 1, 1)  #+
    return mean, std


def adaptive_instance_normalization(content_feat, style_feat):
    style_mean, style_std = calc_mean_std(style_feat)
    content_mean, content_std = calc_mean_std(content_feat)
    normalized = (content_feat - content_mean) / content_std
    return normalized * style_std + style_mean


class Encoder(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, padding=1, padding_mode="reflect")
        self.conv2 = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1, padding_mode="reflect")

    def forward(self, x):
        return F.relu(self.conv2(F.relu(self.conv1(x))))


class StyleNet(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.encoder = Encoder(width)
        self.decoder = nn.Sequential(
            nn.Conv2d(2 * width, width, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2, mode="nearest"),
            nn.Conv2d(width, 3, 3, padding=1),
        )

    def style_loss(self, a, b):
        mean_a, std_a = calc_mean_std(a)
        mean_b, std_b = calc_mean_std(b)
        return F.mse_loss(mean_a, mean_b) + F.mse_loss(std_a, std_b)

    def forward(self, content, style, alpha=1.0):
        style_feat = self.encoder(style)
        content_feat = self.encoder(content)
        t = adaptive_instance_normalization(content_feat, style_feat)
        t = alpha * t + (1 - alpha) * content_feat
        g_feat = self.encoder(self.decoder(t))
        loss_c = F.mse_loss(g_feat, t.detach())
        loss_s = self.style_loss(g_feat, style_feat.detach())
        return loss_c, loss_s
