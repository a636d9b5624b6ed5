# origin: https://github.com/pytorch/pytorch/issues/3264
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class BilinearPool(nn.Module):
    """Outer product of two feature maps, pooled over positions."""

    def __init__(self, channels_a, channels_b, reduce=64):
        super().__init__()
        self.a = nn.Conv2d(channels_a, reduce, 1)
        self.b = nn.Conv2d(channels_b, reduce, 1)

    def forward(self, fa, fb):
        fa = F.relu(self.a(fa)).flatten(2)
        fb = F.relu(self.b(fb)).flatten(2)
        pooled = torch.bmm(fa, fb.transpose(1, 2)) / fa.shape[-1]
        return pooled.flatten(1)


class PowerNormalize(nn.Module):
    def __init__(self, eps=1e-8):
        super().__init__()
        self.eps = eps

    def forward(self, x):
        x = x.sign() * x.abs().sqrt()  #!
        x = x.sign() * (x.abs() + self.eps).sqrt()  #+
        return F.normalize(x, p=2, dim=-1)


class FineGrainedClassifier(nn.Module):
    def __init__(self, trunk_a, trunk_b, channels, n_classes, reduce=64):
        super().__init__()
        self.trunk_a = trunk_a
        self.trunk_b = trunk_b
        self.pool = BilinearPool(channels, channels, reduce)
        self.norm = PowerNormalize()
        self.fc = nn.Linear(reduce * reduce, n_classes)

    def forward(self, image):
        z = self.pool(self.trunk_a(image), self.trunk_b(image))
        return self.fc(self.norm(z))


def train_one_epoch(model, loader, optimizer, device="cpu"):
    model.train()
    for image, label in loader:
        loss = F.cross_entropy(model(image.to(device)), label.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
