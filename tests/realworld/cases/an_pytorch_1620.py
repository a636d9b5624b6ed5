# origin: https://github.com/pytorch/pytorch/issues/1620
# kinds: domain underflow
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim


class Attention(nn.Module):
    def __init__(self, hidden_size):
        super(Attention, self).__init__()
        self.W1 = nn.Linear(hidden_size, hidden_size, bias=False)
        self.W2 = nn.Linear(hidden_size, hidden_size, bias=False)
        self.vt = nn.Linear(hidden_size, 1, bias=False)

    def forward(self, decoder_state, encoder_outputs):
        blend = torch.tanh(self.W1(encoder_outputs) + self.W2(decoder_state).unsqueeze(1))
        return self.vt(blend).squeeze(2)


class PointerNet(nn.Module):
    def __init__(self, input_dim, hidden_size):
        super(PointerNet, self).__init__()
        self.hidden_size = hidden_size
        self.encoder = nn.LSTM(input_dim, hidden_size, batch_first=True)
        self.decoder = nn.LSTMCell(input_dim, hidden_size)
        self.attn = Attention(hidden_size)

    def forward(self, inputs, answer_len):
        batch_size = inputs.size(0)
        encoder_outputs, (h, c) = self.encoder(inputs)
        h, c = h[0], c[0]
        decoder_input = torch.zeros(batch_size, inputs.size(2))
        outputs = []
        for _ in range(answer_len):
            h, c = self.decoder(decoder_input, (h, c))
            scores = self.attn(h, encoder_outputs)
            policy = F.softmax(scores, dim=1)  #-
            policy = F.log_softmax(scores, dim=1)  #+
            outputs.append(policy)
            idx = policy.argmax(dim=1)
            decoder_input = inputs[torch.arange(batch_size), idx]
        return torch.stack(outputs, dim=1)


class PointerLoss(nn.Module):
    def forward(self, probs, targets):  #-
        log_probs = torch.log(probs)  #!
    def forward(self, log_probs, targets):  #+
        picked = log_probs.gather(2, targets.unsqueeze(2)).squeeze(2)
        return -picked.sum(1).mean()


def train_epoch(model, batches, lr=1e-3):
    criterion = PointerLoss()
    optimizer = optim.Adam(model.parameters(), lr=lr)
    total = 0.
    for points, order in batches:
        output = model(points, order.size(1))
        loss = criterion(output, order)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimizer.step()
        total += loss.item()
    return total / len(batches)
