# origin: scheduler before optimizer
# kinds: NS510
import torch
from torch.optim.lr_scheduler import StepLR


def train(model, loader, opt):
    scheduler = StepLR(opt, 10)
    for epoch in range(10):
        scheduler.step()  #!
        for x in loader:
            opt.zero_grad()
            model(x).mean().backward()
            opt.step()
        scheduler.step()  #+
