# origin: https://github.com/nishnik/Deep-Semantic-Similarity-Model-PyTorch/issues/2
# kinds: vanishing overflow underflow precision
import torch
import torch.nn as nn


class CDSSM(nn.Module):
    def __init__(self, dim=128, negatives=4):
        super().__init__()
        self.sem = nn.Linear(300, dim)
        self.learn_gamma = nn.Conv1d(1, 1, 1)
        self.out = nn.Softmax(dim=0)  #-
        self.negatives = negatives

    def forward(self, q, pos, negs):
        q_s = torch.tanh(self.sem(q))
        docs = [torch.tanh(self.sem(d)) for d in [pos, *negs]]
        dots = torch.stack([q_s @ d for d in docs])
        gammas = self.learn_gamma(dots.view(1, 1, -1)).view(-1)
        return self.out(gammas)  #-
        return gammas  #+


model = CDSSM()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)


def train(batches):
    target = torch.zeros(1, dtype=torch.long)
    for q, pos, negs in batches:
        y_pred = model(q, pos, negs)
        loss = criterion(y_pred.unsqueeze(0), target)  #*
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
