# origin: https://github.com/salesforce/corr_based_prediction/issues/1
# kinds: explosion method
import torch
import torch.nn.functional as F


class Experiment:
    def __init__(self, model, optimizer, lr_schedule, beta):
        self.model = model
        self.optimizer = optimizer
        self.lr_schedule = lr_schedule
        self.beta = beta

    def train(self, epoch, trainloader):
        self.model.train()
        self.optimizer.zero_grad()  #-
        total = 0
        for batch_idx, (inputs, targets) in enumerate(trainloader):
            self.optimizer.zero_grad()  #+
            outputs, feats = self.model(inputs)
            loss = F.cross_entropy(outputs, targets) + self.beta * feats.abs().mean()
            loss.backward()  #*
            self.optimizer.step()  #*
            total += loss.item()
        self.lr_schedule.step()
        return total / (batch_idx + 1)
