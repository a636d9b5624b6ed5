# origin: https://github.com/NVIDIA/apex/issues/358
# kinds: domain precision
import torch
from torch import nn


class FocalLoss(nn.Module):
    def __init__(self, gamma=0, alpha=0.25, size_average=True):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha
        self.size_average = size_average
        self.eps = 1e-8  #!
        self.eps = 1e-6  #+

    def forward(self, logits, labels):
        prob = torch.sigmoid(logits.float())
        prob = prob.clamp(self.eps, 1.0 - self.eps)  #*
        pos_loss = -labels * self.alpha * (1.0 - prob) ** self.gamma * torch.log(prob)
        neg_weight = (1.0 - labels) * (1.0 - self.alpha) * prob ** self.gamma
        neg_loss = -neg_weight * torch.log(1.0 - prob)  #*
        loss = pos_loss + neg_loss
        if self.size_average:
            return loss.mean()
        return loss.sum()


class AnchorClassifier(nn.Module):
    def __init__(self, in_channels, num_anchors, num_classes):
        super().__init__()
        self.num_classes = num_classes
        self.conv = nn.Conv2d(in_channels, in_channels, 3, padding=1)
        self.out = nn.Conv2d(in_channels, num_anchors * num_classes, 1)

    def forward(self, feat):
        x = self.out(torch.relu(self.conv(feat)))
        b, _, h, w = x.shape
        x = x.permute(0, 2, 3, 1).reshape(b, -1, self.num_classes)
        return x


def train(model, loader, epochs, device):
    criterion = FocalLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)
    scaler = torch.amp.GradScaler(device.type)
    for epoch in range(epochs):
        for it, (feat, target) in enumerate(loader):
            feat, target = feat.to(device), target.to(device)
            optimizer.zero_grad()
            with torch.autocast(device.type, dtype=torch.float16):
                logits = model(feat)
            loss = criterion(logits, target)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            if it % 50 == 0:
                print(epoch, it, loss.item(), scaler.get_scale())
