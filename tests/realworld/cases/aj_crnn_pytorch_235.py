# origin: https://github.com/meijieru/crnn.pytorch/issues/235
# kinds: domain data
import torch
import torch.nn as nn

ALPHABET = "NACGT"  # N is the blank


class SquiggleNet(nn.Module):
    """Small convolutional basecaller for raw nanopore current."""

    def __init__(self, width=96, stride=6):
        super().__init__()
        self.stride = stride
        self.stem = nn.Sequential(
            nn.Conv1d(1, width // 2, 5, padding=2),
            nn.SiLU(),
            nn.Conv1d(width // 2, width, 19, stride=stride, padding=9),
            nn.SiLU(),
        )
        self.rnn = nn.LSTM(width, width, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(2 * width, len(ALPHABET))

    def out_lengths(self, n_samples):
        return torch.div(n_samples - 1, self.stride, rounding_mode="floor") + 1

    def forward(self, signal):
        x = self.stem(signal.unsqueeze(1)).transpose(1, 2)
        x, _ = self.rnn(x)
        return self.head(x).log_softmax(dim=-1)


def encode(read):
    return torch.tensor([ALPHABET.index(base) for base in read])


class BasecallTrainer:
    def __init__(self, model, lr=2e-3):
        self.model = model
        self.criterion = nn.CTCLoss(blank=0)  #-
        self.criterion = nn.CTCLoss(blank=0, zero_infinity=True)  #+
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=lr)

    def step(self, signal, n_samples, reads):
        targets = [encode(r) for r in reads]
        target_lengths = torch.tensor([len(t) for t in targets])
        log_probs = self.model(signal).transpose(0, 1)
        input_lengths = self.model.out_lengths(n_samples)
        loss = self.criterion(log_probs, torch.cat(targets), input_lengths, target_lengths)  #*
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 2.0)
        self.optimizer.step()
        return float(loss)
