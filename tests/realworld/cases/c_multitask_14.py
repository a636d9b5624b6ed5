# origin: https://github.com/yaringal/multi-task-learning-example/issues/14
# kinds: overflow explosion
import torch
from torch import nn


class MultiTaskLossWrapper(nn.Module):
    def __init__(self, task_num, model):
        super().__init__()
        self.model = model
        self.task_num = task_num
        self.log_vars = nn.Parameter(torch.zeros(task_num))

    def forward(self, input, targets):
        outputs = self.model(input)
        log_vars = self.log_vars.clamp(-6, 6)  #+
        loss = 0
        for i in range(self.task_num):
            precision = torch.exp(-self.log_vars[i])  #!
            precision = torch.exp(-log_vars[i])  #+
            diff = (outputs[i] - targets[i]) ** 2.0
            loss += torch.sum(precision * diff + self.log_vars[i], -1)
        return torch.mean(loss)
