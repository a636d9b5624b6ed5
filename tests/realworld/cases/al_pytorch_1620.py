# origin: https://github.com/pytorch/pytorch/issues/1620
# kinds: domain underflow
import torch
import torch.nn as nn
import torch.nn.functional as F


class PointerAttention(nn.Module):
    def __init__(self, hidden_dim):
        super(PointerAttention, self).__init__()
        self.W1 = nn.Linear(hidden_dim, hidden_dim, bias=False)
        self.W2 = nn.Linear(hidden_dim, hidden_dim, bias=False)
        self.vt = nn.Linear(hidden_dim, 1, bias=False)

    def forward(self, dec_state, enc_out):
        u = torch.tanh(self.W1(enc_out) + self.W2(dec_state).unsqueeze(1))
        return self.vt(u).squeeze(-1)


class PointerNet(nn.Module):
    def __init__(self, input_dim, embed_dim, hidden_dim):
        super(PointerNet, self).__init__()
        self.embedding = nn.Linear(input_dim, embed_dim)
        self.encoder = nn.LSTM(embed_dim, hidden_dim, batch_first=True)
        self.cell = nn.LSTMCell(embed_dim, hidden_dim)
        self.pointer = PointerAttention(hidden_dim)
        self.start = nn.Parameter(torch.zeros(embed_dim))

    def forward(self, points, tour_len):
        emb = self.embedding(points)
        enc_out, (h, c) = self.encoder(emb)
        h, c = h[-1], c[-1]
        inp = self.start.expand(points.size(0), -1)
        all_scores, choices = [], []
        for _ in range(tour_len):
            h, c = self.cell(inp, (h, c))
            scores = self.pointer(h, enc_out)
            probs = F.softmax(scores, dim=1)
            idx = probs.argmax(dim=1)
            inp = emb[torch.arange(emb.size(0)), idx]
            all_scores.append(scores)
            choices.append(idx)
        return torch.stack(all_scores, 1), torch.stack(choices, 1)


def sequence_loss(scores, targets):
    """scores: (B, T, N) pointer scores, targets: (B, T) indices into the input."""
    n = scores.size(-1)
    flat = scores.view(-1, n)
    dist = F.softmax(flat, dim=1)  #-
    log_dist = torch.log(dist)  #!
    log_dist = F.log_softmax(flat, dim=1)  #+
    picked = log_dist.gather(1, targets.view(-1, 1))
    return -picked.mean()


def train_step(model, optimizer, points, targets):
    scores, choices = model(points, targets.size(1))
    loss = sequence_loss(scores, targets)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
    optimizer.step()
    acc = (choices == targets).float().mean()
    return loss.item(), acc.item()
