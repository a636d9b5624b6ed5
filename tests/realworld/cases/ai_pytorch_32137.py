# origin: https://github.com/pytorch/pytorch/issues/32137
# kinds: precision domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class CosineClassifier(nn.Module):
    """Imprinted-weights style classifier on unit-length features."""

    def __init__(self, feat_dim, num_classes, scale=16.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(num_classes, feat_dim) * 0.02)
        self.scale = scale

    def forward(self, features):
        w = F.normalize(self.weight.float(), dim=1).to(features.dtype)
        f = F.normalize(features, dim=1)  #!
        f = F.normalize(features, dim=1, eps=1e-3)  #+
        return self.scale * F.linear(f, w)


class Embedder(nn.Module):
    def __init__(self, in_dim=512, feat_dim=128):
        super().__init__()
        self.fc1 = nn.Linear(in_dim, feat_dim * 2)
        self.fc2 = nn.Linear(feat_dim * 2, feat_dim)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        return F.relu(self.fc2(x))


class FewShotModel(nn.Module):
    def __init__(self, num_classes, in_dim=512):
        super().__init__()
        self.embedder = Embedder(in_dim)
        self.classifier = CosineClassifier(128, num_classes)

    def forward(self, x):
        return self.classifier(self.embedder(x))


@torch.no_grad()
def evaluate(model, loader, device="cuda"):
    model = model.to(device).half().eval()
    correct = total = 0
    for images, labels in loader:
        logits = model(images.to(device).half())
        pred = logits.float().argmax(dim=1)
        correct += (pred == labels.to(device)).sum().item()
        total += labels.numel()
    return correct / max(total, 1)
