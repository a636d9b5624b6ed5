# origin: https://github.com/pytorch/fairseq/issues/1833
# kinds: overflow
import argparse
import math
import time

import torch
import torch.nn as nn


class RNNModel(nn.Module):
    def __init__(self, ntoken, ninp=200, nhid=200, nlayers=2, dropout=0.2):
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(ntoken, ninp)
        self.rnn = nn.LSTM(ninp, nhid, nlayers, dropout=dropout)
        self.decoder = nn.Linear(nhid, ntoken)

    def forward(self, input, hidden=None):
        output, hidden = self.rnn(self.drop(self.encoder(input)), hidden)
        return self.decoder(self.drop(output)).flatten(0, 1), hidden


class Trainer:
    def __init__(self, model, optimizer, clip=0.25, log_interval=200):
        self.model = model
        self.optimizer = optimizer
        self.clip = clip
        self.log_interval = log_interval
        self.criterion = nn.CrossEntropyLoss()

    def report(self, epoch, batch, total_loss, elapsed):
        cur_loss = total_loss / self.log_interval
        ms = elapsed * 1000 / self.log_interval
        ppl = math.exp(cur_loss)  #!
        try:  #+
            ppl = math.exp(cur_loss)  #+
        except OverflowError:  #+
            ppl = float("inf")  #+
        line = f"| epoch {epoch:3d} | {batch:5d} batches | ms/batch {ms:5.2f} | loss {cur_loss:5.2f} | ppl {ppl:8.2f}"
        print(line)
        return ppl

    def train_epoch(self, batches, epoch):
        self.model.train()
        total_loss, start, hidden = 0.0, time.time(), None
        for i, (data, targets) in enumerate(batches, 1):
            if hidden is not None:
                hidden = tuple(h.detach() for h in hidden)
            self.optimizer.zero_grad()
            output, hidden = self.model(data, hidden)
            loss = self.criterion(output, targets.reshape(-1))
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
            self.optimizer.step()
            total_loss += loss.item()
            if i % self.log_interval == 0:
                self.report(epoch, i, total_loss, time.time() - start)
                total_loss, start = 0.0, time.time()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=20)
    parser.add_argument("--vocab", type=int, default=33278)
    args = parser.parse_args()
    model = RNNModel(args.vocab)
    trainer = Trainer(model, torch.optim.SGD(model.parameters(), lr=args.lr))
