# origin: https://github.com/keras-team/keras/issues/22586
# kinds: underflow precision
import torch
import torch.nn as nn
from torch import Tensor


def calc_mean_std(feat: Tensor, eps: float = 1e-8):  #!
    size = feat.size()  #-
    feat_var = feat.view(*size[:2], -1).var(dim=2) + eps  #!
def calc_mean_std(feat: Tensor, eps: float = 1e-5):  #+
    size = feat.size()  #+
    feat = feat.float()  #+
    feat_var = feat.view(*size[:2], -1).var(dim=2) + eps  #+
    feat_std = feat_var.sqrt().view(*size[:2], 1, 1)
    feat_mean = feat.view(*size[:2], -1).mean(dim=2).view(*size[:2], 1, 1)
    return feat_mean, feat_std


def adaptive_instance_normalization(content_feat: Tensor, style_feat: Tensor) -> Tensor:
    assert content_feat.size()[:2] == style_feat.size()[:2]
    style_mean, style_std = calc_mean_std(style_feat)
    content_mean, content_std = calc_mean_std(content_feat)
    normalized_feat = (content_feat - content_mean) / content_std
    return (normalized_feat * style_std + style_mean).to(content_feat.dtype)


def make_encoder():
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.ReLU(),
    )


def make_decoder():
    return nn.Sequential(
        nn.Conv2d(64, 32, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2),
        nn.Conv2d(32, 16, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2),
        nn.Conv2d(16, 3, 3, padding=1),
    )


class StyleTransfer(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = make_encoder()
        self.decoder = make_decoder()

    @torch.no_grad()
    def stylize(self, content: Tensor, style: Tensor, alpha: float = 1.0) -> Tensor:
        c = self.encoder(content)
        t = adaptive_instance_normalization(c, self.encoder(style))
        t = alpha * t + (1 - alpha) * c
        return self.decoder(t).clamp(0, 1)


if __name__ == "__main__":
    torch.manual_seed(0)
    net = StyleTransfer().half().eval()
    content = torch.rand(1, 3, 64, 64).half()
    style = torch.rand(1, 3, 64, 64).half()
    out = net.stylize(content, style, alpha=0.8)
    print(out.dtype, out.float().mean().item())
