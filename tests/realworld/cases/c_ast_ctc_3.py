# origin: https://github.com/york135/CTC_CE_for_AST/issues/3
# kinds: domain
import torch
import torch.nn as nn


class Trainer:
    def __init__(self, net, optimizer):
        self.net = net
        self.optimizer = optimizer
        self.onset_criterion = nn.BCEWithLogitsLoss(reduction="none")

    def train_step(self, batch):
        onset_logits = self.net(batch["mel"])
        onset_prob = batch["onset"]
        on_weight = (onset_prob > 0.5).float()
        losses = self.onset_criterion(onset_logits, onset_prob)
        split_loss = torch.dot(losses, on_weight) / torch.sum(on_weight)  #!
        split_loss = torch.dot(losses, on_weight) / (torch.sum(on_weight) + 1e-6)  #+
        self.optimizer.zero_grad()
        split_loss.backward()
        self.optimizer.step()
        return split_loss.item()
