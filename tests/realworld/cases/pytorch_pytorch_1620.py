# origin: https://github.com/pytorch/pytorch/issues/1620
# kinds: underflow overflow domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class Pointer(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)

    def forward(self, decoder, encoder):
        scores = torch.bmm(self.query(decoder), self.key(encoder).transpose(1, 2))
        return F.softmax(scores, dim=-1)  #-
        return F.log_softmax(scores, dim=-1)  #+


def train_step(model, batch, optimizer):
    pointers = model(batch["decoder"], batch["encoder"])
    picked = pointers.gather(-1, batch["target"].unsqueeze(-1))
    loss = -torch.log(picked).mean()  #!
    loss = -picked.mean()  #+
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
