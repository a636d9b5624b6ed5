# origin: scheduler before optimizer
# kinds: NS510
import torch


class Trainer:
    def step(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        self.lr_scheduler.step()  #!
        self.optimizer.step()
        self.lr_scheduler.step()  #+
