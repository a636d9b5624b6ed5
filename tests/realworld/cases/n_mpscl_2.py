# origin: https://github.com/TFboys-lzz/MPSCL/issues/2
# kinds: domain
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class MarginPrototypeContrast(nn.Module):
    """Prototype contrast with an additive angular margin on the positive class."""

    def __init__(self, num_class=5, temperature=0.1, m=0.4):
        super().__init__()
        self.num_class = num_class
        self.temperature = temperature
        self.cos_m = math.cos(m)
        self.sin_m = math.sin(m)

    def forward(self, features, labels, class_center_feas, pixel_sel_loc):
        features = F.normalize(features, p=2, dim=1)
        centers = F.normalize(class_center_feas, p=2, dim=1)
        cosine = torch.matmul(features, centers.T)
        sine = torch.sqrt(1.0 - torch.pow(cosine, 2))  #!
        sine = torch.sqrt((1.0 - torch.pow(cosine, 2)).clamp(1e-4, 1.0))  #+
        phi = cosine * self.cos_m - sine * self.sin_m
        one_hot = F.one_hot(labels, self.num_class).to(cosine.dtype)
        logits = torch.where(one_hot > 0, phi, cosine) / self.temperature
        log_prob = F.log_softmax(logits, dim=1)
        per_pixel = -(one_hot * log_prob).sum(dim=1)
        return (pixel_sel_loc * per_pixel).sum() / pixel_sel_loc.sum().clamp_min(1.0)


@torch.no_grad()
def update_class_center(centers, features, labels, momentum=0.9):
    for k in labels.unique():
        mean = features[labels == k].mean(dim=0)
        centers[k] = momentum * centers[k] + (1 - momentum) * mean
    return centers


def adapt_step(model, criterion, optimizer, image, label, centers, weight=0.1):
    feat, pred = model(image)
    flat = feat.permute(0, 2, 3, 1).flatten(0, 2)
    seg = F.cross_entropy(pred, label)
    contrast = criterion(flat, label.flatten(), centers, torch.ones_like(label.flatten(), dtype=flat.dtype))
    loss = seg + weight * contrast
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return update_class_center(centers, flat.detach(), label.flatten()), loss.item()
