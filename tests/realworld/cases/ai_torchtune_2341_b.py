# origin: https://github.com/meta-pytorch/torchtune/issues/2341
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class SparseDepthLoss(nn.Module):
    """Supervises a dense depth map by projected LiDAR returns."""

    def __init__(self, min_depth=1.0, max_depth=80.0, smooth_weight=0.1):
        super().__init__()
        self.min_depth = min_depth
        self.max_depth = max_depth
        self.smooth_weight = smooth_weight

    def photometric_edges(self, depth, image):
        dx = (depth[..., :, 1:] - depth[..., :, :-1]).abs()
        dy = (depth[..., 1:, :] - depth[..., :-1, :]).abs()
        wx = torch.exp(-(image[..., :, 1:] - image[..., :, :-1]).abs().mean(1, keepdim=True))
        wy = torch.exp(-(image[..., 1:, :] - image[..., :-1, :]).abs().mean(1, keepdim=True))
        return (dx * wx).mean() + (dy * wy).mean()

    def forward(self, depth, lidar, image):
        valid = (lidar > self.min_depth) & (lidar < self.max_depth)
        data_term = (depth[valid] - lidar[valid]).abs().mean()  #!
        error = (depth - lidar).abs() * valid  #+
        data_term = error.sum() / valid.sum().clamp(min=1)  #+
        return data_term + self.smooth_weight * self.photometric_edges(depth, image)


class DepthNet(nn.Module):
    def __init__(self, width=16, max_depth=80.0):
        super().__init__()
        self.max_depth = max_depth
        self.encoder = nn.Sequential(
            nn.Conv2d(3, width, 3, stride=2, padding=1), nn.ELU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), nn.ELU(),
        )
        self.head = nn.Conv2d(2 * width, 1, 3, padding=1)

    def forward(self, image):
        h = self.head(self.encoder(image))
        h = F.interpolate(h, size=image.shape[-2:], mode="bilinear", align_corners=False)
        return self.max_depth * torch.sigmoid(h)


def random_crop(image, lidar, size):
    h, w = image.shape[-2:]
    top = torch.randint(0, h - size + 1, ()).item()
    left = torch.randint(0, w - size + 1, ()).item()
    window = (..., slice(top, top + size), slice(left, left + size))
    return image[window], lidar[window]


def train_epoch(net, loader, optimizer, crop=64):
    criterion = SparseDepthLoss(max_depth=net.max_depth)
    running = 0.0
    for image, lidar in loader:
        image, lidar = random_crop(image, lidar, crop)
        loss = criterion(net(image), lidar, image)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss.item()
    return running / max(len(loader), 1)
