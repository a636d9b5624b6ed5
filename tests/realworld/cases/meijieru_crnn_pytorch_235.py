# origin: https://github.com/meijieru/crnn.pytorch/issues/235
# kinds: domain method overflow
import torch
from torch import nn


class CRNNTrainer:
    def __init__(self, crnn, optimizer):
        self.crnn = crnn
        self.optimizer = optimizer
        self.criterion = nn.CTCLoss(blank=0)  #!
        self.criterion = nn.CTCLoss(blank=0, zero_infinity=True)  #+

    def train_batch(self, images, text, length):
        preds = self.crnn(images).log_softmax(2)
        preds_size = torch.full((images.size(0),), preds.size(0), dtype=torch.long)
        cost = self.criterion(preds, text, preds_size, length)
        self.crnn.zero_grad()
        cost.backward()
        nn.utils.clip_grad_norm_(self.crnn.parameters(), 5.0)
        self.optimizer.step()
        return cost
