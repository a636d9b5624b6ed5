# origin: https://github.com/threelittlemonkeys/lstm-crf-pytorch/issues/3
# kinds: overflow
import torch
from torch import nn


def log_sum_exp(x):
    return torch.log(torch.sum(torch.exp(x), -1))  #!
    return torch.logsumexp(x, -1)  #+


class CRF(nn.Module):
    def __init__(self, num_tags):
        super().__init__()
        self.trans = nn.Parameter(torch.randn(num_tags, num_tags))

    def forward(self, y, mask):
        score = torch.full((y.size(0), y.size(2)), -10000.0)
        for t in range(y.size(1)):
            mask_t = mask[:, t].unsqueeze(1)
            score_t = score.unsqueeze(1) + y[:, t].unsqueeze(2) + self.trans.unsqueeze(0)
            score = log_sum_exp(score_t) * mask_t + score * (1 - mask_t)
        return log_sum_exp(score)
