import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR


class Trainer:
    def __init__(self, model, batches, epochs, lr, peak):
        self.model, self.batches, self.epochs = model, batches, epochs
        self.criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, nesterov=True)
        self.scheduler = OneCycleLR(self.optimizer, max_lr=peak, total_steps=epochs * len(batches), pct_start=0.3)
        self.step = 0
        self.epoch = 0
        self.history = []

    @property
    def rate(self):
        return self.optimizer.param_groups[0]["lr"]

    def run(self):
        while self.epoch < self.epochs:
            for x, y in self.batches:
                self.history.append(self.train_step(x, y))
                self.step += 1
                if self.step % 10 == 0:
                    self.log()
            self.epoch += 1

    def train_step(self, x, y):
        self.optimizer.zero_grad()
        loss = self.criterion(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()
        return loss.item()

    def log(self):
        recent = self.history[-10:]
        print(f"step {self.step} epoch {self.epoch} loss {sum(recent) / len(recent):.4f} lr {self.rate:.4f}")
