# origin: https://github.com/jingyuanli001/RFR-Inpainting/issues/8
# kinds: underflow domain loss-scale
import torch
import torch.nn as nn
import torch.nn.functional as F


class PartialConv2d(nn.Conv2d):
    """Convolution over the known pixels, renormalised by mask coverage."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.register_buffer("weight_mask", torch.ones(1, 1, kernel_size, kernel_size))
        self.slide_winsize = kernel_size * kernel_size

    def forward(self, image, mask):
        with torch.no_grad():
            update_mask = F.conv2d(mask, self.weight_mask, stride=self.stride, padding=self.padding)
            mask_ratio = self.slide_winsize / (update_mask + 1e-8)  #!
            mask_ratio = self.slide_winsize / update_mask.clamp(min=1.0)  #+
            update_mask = torch.clamp(update_mask, 0, 1)
            mask_ratio = mask_ratio * update_mask  #*

        raw_out = super().forward(image * mask)
        bias = self.bias.view(1, -1, 1, 1)
        output = (raw_out - bias) * mask_ratio + bias
        return output * update_mask, update_mask


class InpaintEncoder(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.conv1 = PartialConv2d(3, width, 7, stride=2, padding=3)
        self.conv2 = PartialConv2d(width, 2 * width, 5, stride=2, padding=2)
        self.conv3 = PartialConv2d(2 * width, 4 * width, 3, stride=2, padding=1)

    def forward(self, image, mask):
        for conv in (self.conv1, self.conv2, self.conv3):
            image, mask = conv(image, mask)
            image = F.relu(image)
        return image, mask


def make_encoder(device="cuda"):
    return InpaintEncoder().to(device).half()


def encode(encoder, image, mask):
    return encoder(image.half(), mask.half())
