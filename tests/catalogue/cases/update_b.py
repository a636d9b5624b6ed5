# origin: missing update
# kinds: NS606
import torch


class Trainer:
    def __init__(self, opt, metrics):
        self.opt, self.metrics = opt, metrics
        self.amp = torch.amp.GradScaler("cuda")

    def step(self, loss):
        self.amp.scale(loss).backward()
        self.amp.step(self.opt)  #*
        self.amp.update()  #+
        self.metrics.update(loss.item())
        self.opt.zero_grad()
