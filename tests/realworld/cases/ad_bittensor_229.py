# origin: https://github.com/RaoFoundation/bittensor/pull/229
# kinds: explosion
import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F


class GPT2Nucleus(nn.Module):
    """Language model trained by the miner."""

    def __init__(self, vocab_size=256, dim=64, n_layer=2, n_head=4, block_size=64):
        super(GPT2Nucleus, self).__init__()
        self.embedding = nn.Embedding(vocab_size, dim)
        self.position = nn.Parameter(torch.zeros(1, block_size, dim))
        layer = nn.TransformerEncoderLayer(dim, n_head, dim * 4, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, n_layer)
        self.target_layer = nn.Linear(dim, vocab_size, bias=False)

    def forward(self, inputs):
        n = inputs.shape[1]
        mask = torch.triu(torch.ones(n, n, dtype=torch.bool, device=inputs.device), diagonal=1)
        hidden = self.encoder(self.embedding(inputs) + self.position[:, :n], mask=mask)
        target = self.target_layer(hidden)
        return F.cross_entropy(target[:, :-1].reshape(-1, target.shape[-1]), inputs[:, 1:].reshape(-1))


class Miner(object):
    def __init__(self, config, dataset):
        self.config = config
        self.dataset = dataset
        self.model = GPT2Nucleus()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=config.learning_rate, momentum=config.momentum)
        self.training_loss = 0.0

    def run(self):
        for epoch in range(self.config.n_epochs):
            self.train(epoch)

    def train(self, epoch):
        self.model.train()
        for batch_idx, inputs in enumerate(self.dataset):
            self.optimizer.zero_grad()
            loss = self.model(inputs)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_gradients)  #+
            self.optimizer.step()  #*
            self.training_loss += loss.item()
        print('epoch', epoch, 'loss', self.training_loss / (batch_idx + 1))
        self.training_loss = 0.0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument('--learning_rate', default=0.01, type=float)
    parser.add_argument('--momentum', default=0.98, type=float)
    parser.add_argument('--n_epochs', default=50, type=int)
    parser.add_argument('--clip_gradients', default=0.8, type=float)
    data = [torch.randint(0, 256, (8, 32)) for _ in range(10)]
    Miner(parser.parse_args([]), data).run()
