# origin: https://github.com/bkitano/llama-from-scratch/issues/5
# kinds: vanishing overflow underflow precision
import torch
from torch import nn
from torch.nn import functional as F

MASTER_CONFIG = {"vocab_size": 65, "d_model": 128}


class SimpleModel(nn.Module):
    def __init__(self, config=MASTER_CONFIG):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config["vocab_size"], config["d_model"])
        self.linear = nn.Sequential(
            nn.Linear(config["d_model"], config["d_model"]),
            nn.ReLU(),
            nn.Linear(config["d_model"], config["vocab_size"]),
        )

    def forward(self, idx, targets=None):
        x = self.embedding(idx)
        a = self.linear(x)
        logits = F.softmax(a, dim=-1)  #-
        logits = a  #+
        if targets is not None:
            loss = F.cross_entropy(logits.view(-1, self.config["vocab_size"]), targets.view(-1))  #*
            return logits, loss
        return logits
