# origin: https://github.com/skorch-dev/skorch/issues/481
# kinds: domain underflow overflow
import torch
from torch import nn
from torch.nn import functional as F


class ClassifierModule(nn.Module):
    def __init__(self, num_units=10):
        super().__init__()
        self.dense0 = nn.Linear(20, num_units)
        self.output = nn.Linear(num_units, 2)

    def forward(self, X):
        X = F.relu(self.dense0(X))
        return F.softmax(self.output(X), dim=-1)


class Net:
    def __init__(self):
        self.module_ = ClassifierModule()
        self.criterion_ = nn.NLLLoss()

    def get_loss(self, X, y_true):
        y_pred = self.module_(X)
        y_log = torch.log(y_pred)  #!
        y_log = torch.log(y_pred + 1e-8)  #+
        return self.criterion_(y_log, y_true)
