# origin: https://github.com/meijieru/crnn.pytorch/issues/235
# kinds: domain overflow
import torch
from torch import nn


class CRNNTrainer:
    def __init__(self, crnn, converter, lr=1e-3):
        self.crnn, self.converter = crnn, converter
        self.criterion = nn.CTCLoss(blank=0)  #!
        self.criterion = nn.CTCLoss(blank=0, zero_infinity=True)  #+
        self.optimizer = torch.optim.RMSprop(crnn.parameters(), lr=lr)

    def train_batch(self, images, texts):
        preds = self.crnn(images).log_softmax(2)
        text, length = self.converter.encode(texts)
        preds_size = torch.full((images.size(0),), preds.size(0), dtype=torch.long)
        cost = self.criterion(preds, text, preds_size, length)
        self.crnn.zero_grad()
        cost.backward()
        torch.nn.utils.clip_grad_norm_(self.crnn.parameters(), 5.0)
        self.optimizer.step()
        return cost.item()
