# origin: https://github.com/MultimediaTechLab/YOLO/pull/83
# kinds: method explosion
from collections import defaultdict

import torch


class ModelTrainer:
    def __init__(self, model, optimizer, loss_fn):
        self.model = model
        self.optimizer = optimizer
        self.loss_fn = loss_fn

    def train_one_epoch(self, dataloader):
        total_loss = defaultdict(float)
        for images, targets in dataloader:
            self.optimizer.zero_grad()
            loss = self.loss_fn(self.model(images), targets)
            loss.backward()
            self.optimizer.step()
            total_loss["all"] += loss  #!
            total_loss["all"] += loss.item()  #+
        return total_loss
