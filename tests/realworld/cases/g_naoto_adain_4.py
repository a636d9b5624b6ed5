# origin: https://github.com/naoto0804/pytorch-AdaIN/pull/4
# kinds: domain
import torch
from torch import nn


def calc_mean_std(feat):
    size = feat.data.size()
    assert len(size) == 4
    N, C = size[:2]
    feat_std = feat.view(N, C, -1).var(dim=2).sqrt().view(N, C, 1, 1)  #!
    feat_std = (feat.view(N, C, -1).var(dim=2) + 1e-5).sqrt().view(N, C, 1, 1)  #+
    feat_mean = feat.view(N, C, -1).mean(dim=2).view(N, C, 1, 1)
    return feat_mean, feat_std


def adaptive_instance_normalization(content_feat, style_feat):
    size = content_feat.data.size()
    style_mean, style_std = calc_mean_std(style_feat)
    content_mean, content_std = calc_mean_std(content_feat)
    normalized_feat = (content_feat - content_mean.expand(size)) / (content_std.expand(size) + 1e-5)  #-
    normalized_feat = (content_feat - content_mean.expand(size)) / content_std.expand(size)  #+
    return normalized_feat * style_std.expand(size) + style_mean.expand(size)


class Net(nn.Module):
    def __init__(self, encoder, decoder):
        super(Net, self).__init__()
        self.encoder, self.decoder = encoder, decoder
        self.mse_loss = nn.MSELoss()

    def calc_style_loss(self, input, target):
        input_mean, input_std = calc_mean_std(input)
        target_mean, target_std = calc_mean_std(target)
        return self.mse_loss(input_mean, target_mean) + self.mse_loss(input_std, target_std)

    def forward(self, content, style):
        style_feat, content_feat = self.encoder(style), self.encoder(content)
        t = adaptive_instance_normalization(content_feat, style_feat)
        g_t_feat = self.encoder(self.decoder(t))
        return self.mse_loss(g_t_feat, t), self.calc_style_loss(g_t_feat, style_feat)
