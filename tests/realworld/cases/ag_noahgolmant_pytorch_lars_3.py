# origin: https://github.com/noahgolmant/pytorch-lars/issues/3
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.optimizer import Optimizer


class LARS(Optimizer):
    r"""Layer-wise adaptive rate scaling for SGD, with polynomial decay of the global rate."""

    def __init__(self, params, lr, momentum=.9, weight_decay=.0005, eta=0.001, max_epoch=200):
        if lr < 0.0:
            raise ValueError("Invalid learning rate: {}".format(lr))
        if momentum < 0.0:
            raise ValueError("Invalid momentum value: {}".format(momentum))
        if weight_decay < 0.0:
            raise ValueError("Invalid weight_decay value: {}".format(weight_decay))
        self.epoch = 0
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay,
                                      eta=eta, max_epoch=max_epoch))

    @torch.no_grad()
    def step(self, epoch=None, closure=None):
        loss = None if closure is None else closure()
        if epoch is None:
            epoch = self.epoch
            self.epoch += 1

        for group in self.param_groups:
            weight_decay, momentum, eta = group['weight_decay'], group['momentum'], group['eta']
            for p in group['params']:
                if p.grad is None:
                    continue
                param_state = self.state[p]
                d_p = p.grad

                weight_norm = torch.norm(p)
                grad_norm = torch.norm(d_p)

                decay = (1 - float(epoch) / group['max_epoch']) ** 2
                global_lr = group['lr'] * decay

                local_lr = eta * weight_norm / (grad_norm + weight_decay * weight_norm)  #!
                local_lr = eta * weight_norm / (grad_norm + weight_decay * weight_norm + 1e-8)  #+
                actual_lr = local_lr * global_lr

                if 'momentum_buffer' not in param_state:
                    param_state['momentum_buffer'] = torch.zeros_like(p)
                buf = param_state['momentum_buffer']
                buf.mul_(momentum).add_(actual_lr * (d_p + weight_decay * p))
                p.sub_(buf)
        return loss


def build_resnet_block(channels, num_classes=10):
    net = nn.Sequential(nn.Conv2d(3, channels, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
                        nn.Flatten(), nn.Linear(channels, num_classes))
    nn.init.zeros_(net[0].bias)
    nn.init.zeros_(net[-1].bias)
    return net


def train(model, loader, epochs=5, lr=0.1):
    optimizer = LARS(model.parameters(), lr=lr, eta=1e-3, max_epoch=epochs)
    for epoch in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step(epoch)
    return model
