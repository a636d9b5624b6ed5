# origin: https://github.com/chelsea0x3b/dfdx/issues/748
# kinds: overflow
import torch
import torch.nn as nn


class SoftDiceLoss(nn.Module):
    """Soft Dice over the whole mask, as used for binary lesion segmentation."""

    def __init__(self, smooth=1.0):
        super().__init__()
        self.smooth = smooth

    def forward(self, logits, target):
        probs = torch.sigmoid(logits).flatten(1)
        target = target.flatten(1).to(probs.dtype)
        probs, target = probs.float(), target.float()  #+
        intersection = (probs * target).sum(dim=1)  #*
        cardinality = probs.sum(dim=1) + target.sum(dim=1)  #*
        score = (2.0 * intersection + self.smooth) / (cardinality + self.smooth)
        return 1.0 - score.mean()


class ConvBlock(nn.Sequential):
    def __init__(self, cin, cout):
        super().__init__(
            nn.Conv2d(cin, cout, 3, padding=1, bias=False),
            nn.BatchNorm2d(cout),
            nn.ReLU(inplace=True),
        )


class TinyUNet(nn.Module):
    def __init__(self, in_channels=1, width=16):
        super().__init__()
        self.enc1 = ConvBlock(in_channels, width)
        self.enc2 = ConvBlock(width, 2 * width)
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.dec = ConvBlock(2 * width, width)
        self.head = nn.Conv2d(width, 1, 1)

    def forward(self, x):
        e1 = self.enc1(x)
        e2 = self.enc2(self.pool(e1))
        return self.head(self.dec(torch.cat([self.up(e2), e1], dim=1)))


@torch.no_grad()
def validate(model, loader, device="cuda"):
    """Half-precision validation on full-size 512x512 slices."""
    model = model.to(device).half().eval()
    criterion = SoftDiceLoss()
    total, batches = 0.0, 0
    for image, mask in loader:
        logits = model(image.to(device).half())
        total += criterion(logits, mask.to(device)).item()
        batches += 1
    return total / max(batches, 1)
