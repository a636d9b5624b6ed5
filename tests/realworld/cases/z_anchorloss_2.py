# origin: https://github.com/slryou41/AnchorLoss/issues/2
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class AnchorLoss(nn.Module):
    """Rescales the loss of the negatives by how far they rise above the true class."""

    def __init__(self, gamma=0.5, slack=0.05, anchor="neg", warm_up=False):
        super().__init__()
        self.gamma = gamma
        self.slack = slack
        self.anchor = anchor
        self.warm_up = warm_up

    def forward(self, input, target, epoch=10):
        onehot = F.one_hot(target, input.size(1)).to(input.dtype)
        pt = torch.sigmoid(input)
        logpt_pos = F.logsigmoid(input)
        logpt_neg = torch.log(1 - pt)  #!
        logpt_neg = F.logsigmoid(-input)  #+

        with torch.no_grad():
            pos = (pt * onehot).sum(dim=1, keepdim=True)
            if self.anchor == "neg":
                dist = (pt - pos + self.slack).clamp(min=-1.0)
                weight = (1 + dist).pow(self.gamma) * (1 - onehot)
            else:
                weight = 1 - onehot
            if self.warm_up and epoch < 5:
                weight = 1 - onehot

        loss = -(onehot * logpt_pos + weight * logpt_neg)
        return loss.sum(dim=1).mean()


def train_one_epoch(model, loader, optimizer, criterion, epoch):
    model.train()
    total, count = 0.0, 0
    for images, target in loader:
        loss = criterion(model(images), target, epoch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * images.size(0)
        count += images.size(0)
    return total / max(count, 1)
