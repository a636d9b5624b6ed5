# origin: https://github.com/NVIDIA/apex/issues/358
# kinds: domain precision
import torch
import torch.nn as nn


class FocalLoss(nn.Module):
    """Binary focal loss on per-pixel foreground probabilities."""

    def __init__(self, alpha=0.5, gamma=0, size_average=True):
        super(FocalLoss, self).__init__()
        self.alpha = alpha
        self.gamma = gamma
        self.size_average = size_average

    def forward(self, logits, target):
        prob = torch.sigmoid(logits.float())
        prob = torch.clamp(prob, 1e-8, 1 - 1e-8)  #!
        prob = torch.clamp(prob, 1e-6, 1 - 1e-6)  #+
        target = target.float()
        pos = -self.alpha * target * torch.pow(1 - prob, self.gamma) * torch.log(prob)
        neg = -(1 - self.alpha) * (1 - target) * torch.pow(prob, self.gamma) * torch.log(1 - prob)  #*
        loss = pos + neg
        if self.size_average:
            return loss.mean()
        return loss.sum()


def train(model, loader, optimizer, amp, epochs=10):
    criterion = FocalLoss(gamma=0)
    model.train()
    for epoch in range(epochs):
        running = 0.0
        for image, mask in loader:
            image = image.cuda(non_blocking=True)
            mask = mask.cuda(non_blocking=True)
            output = model(image)
            loss = criterion(output, mask)
            optimizer.zero_grad()
            with amp.scale_loss(loss, optimizer) as scaled_loss:
                scaled_loss.backward()
            optimizer.step()
            running += loss.item()
        print("epoch %d loss %.4f" % (epoch, running / max(len(loader), 1)))
