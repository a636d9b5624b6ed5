# origin: https://github.com/deepspeedai/DeepSpeed/pull/7171
# kinds: domain
import torch
import torch.nn.functional as F
from torch import nn


class AlignmentLoss(nn.Module):
    """CTC averaged over the utterances for which an alignment exists."""

    def __init__(self, blank=0):
        super().__init__()
        self.blank = blank

    def forward(self, log_probs, targets, in_lens, out_lens):
        per_utt = F.ctc_loss(
            log_probs.float(),
            targets,
            in_lens,
            out_lens,
            blank=self.blank,
            reduction="none",
            zero_infinity=True,  #+
        )
        per_utt = per_utt / out_lens.clamp(min=1)
        usable = torch.isfinite(per_utt).to(per_utt.dtype)  #-
        total = (per_utt * usable).sum()  #!
        usable = per_utt > 0  #+
        total = per_utt.sum()  #+
        return total / usable.sum().clamp(min=1)


class Recogniser(nn.Module):
    def __init__(self, n_mels=80, dim=256, vocab=500):
        super().__init__()
        self.subsample = nn.Sequential(
            nn.Conv1d(n_mels, dim, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv1d(dim, dim, 3, stride=2, padding=1),
            nn.ReLU(),
        )
        self.rnn = nn.GRU(dim, dim, num_layers=3, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * dim, vocab)

    def forward(self, mel, lengths):
        h = self.subsample(mel).transpose(1, 2)
        h, _ = self.rnn(h)
        lengths = (lengths + 3) // 4
        return self.out(h).log_softmax(-1).transpose(0, 1), lengths


def train_step(model, criterion, optim, batch):
    log_probs, in_lens = model(batch["mel"], batch["mel_lens"])
    loss = criterion(log_probs, batch["tokens"], in_lens, batch["token_lens"])
    optim.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optim.step()
    return loss.item(), norm.item()
