# origin: https://github.com/milesial/Pytorch-UNet/pull/470
# kinds: loss-scale underflow method
import torch
from torch import nn


class SegTrainer:
    def __init__(self, net, lr=1e-5, amp=True):
        self.net, self.amp = net, amp
        self.optimizer = torch.optim.RMSprop(net.parameters(), lr=lr, momentum=0.999)
        self.grad_scaler = torch.cuda.amp.GradScaler(enabled=amp)
        self.criterion = nn.CrossEntropyLoss()

    def train_step(self, images, masks):
        with torch.autocast("cuda", enabled=self.amp):
            loss = self.criterion(self.net(images), masks)
        self.optimizer.zero_grad(set_to_none=True)
        self.grad_scaler.scale(loss).backward()
        self.optimizer.step()  #!
        self.grad_scaler.step(self.optimizer)  #+
        self.grad_scaler.update()
        return loss.item()

    def fit(self, loader, epochs):
        for epoch in range(epochs):
            losses = [self.train_step(b["image"].cuda(), b["mask"].cuda()) for b in loader]
            print(epoch, sum(losses) / max(len(losses), 1))
