# origin: https://github.com/NVIDIA/apex/issues/1052
# kinds: overflow
import torch
import torch.nn as nn
from apex import amp


class MPR(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.score = nn.Linear(hidden, 1)

    def forward(self, paths, path_mask):
        scores = self.score(paths)
        scores_mask = scores.masked_fill(~path_mask.unsqueeze(-1), -1e9)  #!
        scores_mask = scores.masked_fill(~path_mask.unsqueeze(-1), torch.finfo(scores.dtype).min)  #+
        alpha = torch.softmax(scores_mask, dim=1)
        return (alpha * paths).sum(1)


def prepare(model, optimizer):
    return amp.initialize(model, optimizer, opt_level="O2")
