# origin: https://github.com/pytorch/pytorch/issues/1620
# kinds: domain underflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, hidden_size, C=10):
        super().__init__()
        self.C = C
        self.W_query = nn.Linear(hidden_size, hidden_size)
        self.W_ref = nn.Conv1d(hidden_size, hidden_size, 1, 1)
        self.V = nn.Parameter(torch.empty(hidden_size).uniform_(-1, 1))

    def forward(self, query, ref):
        seq_len = ref.size(1)
        ref = self.W_ref(ref.permute(0, 2, 1))
        query = self.W_query(query).unsqueeze(2).repeat(1, 1, seq_len)
        v = self.V.view(1, 1, -1).expand(query.size(0), 1, -1)
        return torch.bmm(v, torch.tanh(query + ref)).squeeze(1)


class PointerNet(nn.Module):
    def __init__(self, embedding_size, hidden_size, seq_len):
        super().__init__()
        self.seq_len = seq_len
        self.embedding = nn.Linear(2, embedding_size)
        self.encoder = nn.LSTM(embedding_size, hidden_size, batch_first=True)
        self.decoder = nn.LSTM(embedding_size, hidden_size, batch_first=True)
        self.pointer = Attention(hidden_size)
        self.start = nn.Parameter(torch.zeros(embedding_size))

    def forward(self, inputs, target):
        batch_size = inputs.size(0)
        embedded = self.embedding(inputs)
        encoder_outputs, (h, c) = self.encoder(embedded)
        dec_in = self.start.unsqueeze(0).repeat(batch_size, 1)
        loss = 0
        for i in range(self.seq_len):
            _, (h, c) = self.decoder(dec_in.unsqueeze(1), (h, c))
            logits = self.pointer(h[-1], encoder_outputs)
            loss = loss + self.step_loss(logits, target[:, i])
            dec_in = embedded[torch.arange(batch_size), target[:, i], :]
        return loss / self.seq_len

    @staticmethod
    def step_loss(logits, target):
        probs = F.softmax(logits, dim=1)  #-
        log_probs = torch.log(probs)  #!
        log_probs = F.log_softmax(logits, dim=1)  #+
        return F.nll_loss(log_probs, target)


def train_epoch(model, loader, optimizer, max_grad=2.0):
    model.train()
    for points, tour in loader:
        optimizer.zero_grad()
        loss = model(points, tour)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_grad)
        optimizer.step()
