# origin: https://github.com/chelsea0x3b/dfdx/issues/748
# kinds: overflow
import torch
import torch.nn.functional as F
from torch import nn


class MaskedReconstruction(nn.Module):
    """Inpainting objective: only pixels inside the hole count."""

    def __init__(self, edge_weight=0.1):
        super().__init__()
        self.edge_weight = edge_weight

    @staticmethod
    def gradients(img):
        dx = img[..., :, 1:] - img[..., :, :-1]
        dy = img[..., 1:, :] - img[..., :-1, :]
        return F.pad(dx, (0, 1)), F.pad(dy, (0, 0, 0, 1))

    def masked_mean(self, value, hole):
        value = value.float()  #+
        w = hole.to(value.dtype).expand_as(value)
        area = w.sum()  #*
        return (value * w / area.clamp(min=1)).sum()

    def forward(self, pred, target, hole):
        l1 = self.masked_mean((pred - target).abs(), hole)
        px, py = self.gradients(pred)
        tx, ty = self.gradients(target)
        edges = (px - tx).abs() + (py - ty).abs()
        return l1 + self.edge_weight * self.masked_mean(edges, hole)


class Inpainter(nn.Module):
    def __init__(self, width=48):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(4, width, 3, padding=1),
            nn.GELU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.GELU(),
            nn.Conv2d(width, 3, 3, padding=1),
        )

    def forward(self, img, hole):
        keep = 1 - hole.to(img.dtype)
        return self.body(torch.cat([img * keep, keep], dim=1))


def validate(model, loader, device="cuda"):
    model = model.to(device).half().eval()
    criterion = MaskedReconstruction()
    total, batches = 0.0, 0
    with torch.inference_mode():
        for img, hole in loader:
            img, hole = img.to(device).half(), hole.to(device)
            total += float(criterion(model(img, hole), img, hole))
            batches += 1
    return total / max(batches, 1)
