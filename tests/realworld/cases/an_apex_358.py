# origin: https://github.com/NVIDIA/apex/issues/358
# kinds: domain precision
import torch
import torch.nn as nn


class FocalLoss(nn.Module):
    def __init__(self, gamma=0, alpha=None, eps=1e-8, reduction='mean'):  #-
    def __init__(self, gamma=0, alpha=None, reduction='mean'):  #+
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha
        self.eps = eps  #-
        self.reduction = reduction

    def forward(self, logits, target):
        target = target.float()
        log_p, log_q = self.log_probabilities(logits)
        p = torch.sigmoid(logits.float())
        loss_pos = -target * (1 - p) ** self.gamma * log_p
        loss_neg = -(1 - target) * p ** self.gamma * log_q
        if self.alpha is not None:
            loss_pos = self.alpha * loss_pos
            loss_neg = (1 - self.alpha) * loss_neg
        loss = loss_pos + loss_neg
        if self.reduction == 'mean':
            return loss.mean()
        return loss.sum()

    def log_probabilities(self, logits):
        p = torch.sigmoid(logits.float())  #-
        p = torch.clamp(p, self.eps, 1 - self.eps)  #!
        return torch.log(p), torch.log(1 - p)  #!
        logits = logits.float()  #+
        return nn.functional.logsigmoid(logits), nn.functional.logsigmoid(-logits)  #+


class Detector(nn.Module):
    def __init__(self, in_channels=3, anchors=4):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(in_channels, 32, 3, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(inplace=True),
            nn.Conv2d(32, 64, 3, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
        )
        self.head = nn.Conv2d(64, anchors, 1)

    def forward(self, x):
        return self.head(self.backbone(x))


def main():
    from apex import amp
    model = Detector().cuda()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    model, optimizer = amp.initialize(model, optimizer, opt_level='O1')
    criterion = FocalLoss(gamma=0)
    for step in range(1000):
        images = torch.rand(8, 3, 128, 128, device='cuda')
        target = (torch.rand(8, 4, 32, 32, device='cuda') > 0.98)
        loss = criterion(model(images), target)
        optimizer.zero_grad()
        with amp.scale_loss(loss, optimizer) as scaled_loss:
            scaled_loss.backward()
        optimizer.step()
        if step % 50 == 0:
            print(step, loss.item())


if __name__ == '__main__':
    main()
