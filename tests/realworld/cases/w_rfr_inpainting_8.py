# origin: https://github.com/jingyuanli001/RFR-Inpainting/issues/8
# kinds: underflow domain precision overflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class PartialConv2d(nn.Conv2d):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.register_buffer(
            "weight_maskUpdater",
            torch.ones(self.out_channels, self.in_channels, *self.kernel_size),
        )
        self.slide_winsize = self.in_channels * self.kernel_size[0] * self.kernel_size[1]

    def forward(self, inputs, mask):
        with torch.no_grad():
            update_mask = F.conv2d(
                mask,
                self.weight_maskUpdater.to(mask.dtype),
                stride=self.stride,
                padding=self.padding,
            )
            mask_ratio = self.slide_winsize / (update_mask + 1e-8)  #!
            mask_ratio = self.slide_winsize / update_mask.clamp_min(1.0)  #+
            update_mask = torch.clamp(update_mask, 0, 1)
            mask_ratio = mask_ratio * update_mask
        raw_out = super().forward(inputs * mask)
        bias = self.bias.view(1, self.out_channels, 1, 1)
        output = (raw_out - bias) * mask_ratio + bias
        return output * update_mask, update_mask


class Downsample(nn.Module):
    def __init__(self, in_ch=3, out_ch=64):
        super().__init__()
        self.conv = PartialConv2d(in_ch, out_ch, 7, stride=2, padding=3)
        self.act = nn.ReLU(inplace=True)

    def forward(self, image, mask):
        x, mask = self.conv(image, mask)
        return self.act(x), mask


def extract(images, masks, device="cuda"):
    net = Downsample().to(device).half()
    with torch.no_grad():
        return net(images.to(device).half(), masks.to(device).half())
