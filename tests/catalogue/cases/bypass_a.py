# origin: step not through the scaler
# kinds: NS601
import torch


class Trainer:
    def __init__(self, opt):
        self.opt = opt
        self.grad_scaler = torch.amp.GradScaler("cuda")

    def step(self, loss):
        self.opt.zero_grad()
        self.grad_scaler.scale(loss).backward()
        self.opt.step()  #!
        self.grad_scaler.step(self.opt)  #+
        self.grad_scaler.update()
