# origin: https://github.com/pytorch/pytorch/issues/32137
# kinds: underflow domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class Embedder(nn.Module):
    def __init__(self, in_dim=512, width=256, out_dim=128):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Linear(in_dim, width),
            nn.ReLU(inplace=True),
            nn.Linear(width, out_dim),
            nn.ReLU(inplace=True),
        )

    def forward(self, x):
        return self.trunk(x)


class CosineHead(nn.Module):
    """Classifier on the unit sphere with a fixed temperature."""

    def __init__(self, dim, num_classes, scale=16.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(num_classes, dim))
        self.scale = scale

    def forward(self, feats):
        centers = F.normalize(self.weight, dim=1, eps=1e-3)
        feats = F.normalize(feats, dim=1)  #!
        feats = F.normalize(feats, dim=1, eps=1e-3)  #+
        return self.scale * F.linear(feats, centers)


class MetricLearner:
    def __init__(self, num_classes, device="cuda", lr=0.05):
        self.device = torch.device(device)
        self.embedder = Embedder().to(self.device).half()
        self.head = CosineHead(128, num_classes).to(self.device).half()
        params = list(self.embedder.parameters()) + list(self.head.parameters())
        self.optimizer = torch.optim.SGD(params, lr=lr)

    def training_step(self, images, labels):
        images = images.to(self.device, torch.float16)
        logits = self.head(self.embedder(images))
        return F.cross_entropy(logits.float(), labels.to(self.device))

    def fit(self, loader, epochs):
        for epoch in range(epochs):
            running = 0.0
            for images, labels in loader:
                loss = self.training_step(images, labels)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                running += loss.item()
            print('epoch %d loss %.4f' % (epoch, running))
