# origin: https://github.com/pytorch/pytorch/issues/49844
# kinds: domain
from typing import Optional

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pad_sequence


class BiaffineArcScorer(nn.Module):
    """Scores every (head, dependent) pair of a sentence for a semantic dependency graph."""

    def __init__(self, in_dim: int, arc_dim: int = 128, dropout: float = 0.33):
        super().__init__()
        self.head_mlp = nn.Sequential(nn.Linear(in_dim, arc_dim), nn.LeakyReLU(0.1), nn.Dropout(dropout))
        self.dep_mlp = nn.Sequential(nn.Linear(in_dim, arc_dim), nn.LeakyReLU(0.1), nn.Dropout(dropout))
        self.weight = nn.Parameter(torch.empty(arc_dim + 1, arc_dim))
        nn.init.orthogonal_(self.weight)

    def forward(self, states: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        head = self.head_mlp(states)
        dep = self.dep_mlp(states)
        head = torch.cat([head, torch.ones_like(head[..., :1])], dim=-1)
        scores = torch.einsum("bxi,ij,byj->bxy", head, self.weight, dep)
        valid = self.pair_mask(lengths, states.size(1))
        return scores.masked_fill(~valid, float("-inf"))  #!
        return scores.masked_fill(~valid, -1e4)  #+

    @staticmethod
    def pair_mask(lengths: torch.Tensor, max_len: int) -> torch.Tensor:
        token = torch.arange(max_len, device=lengths.device)[None, :] < lengths[:, None]
        return token[:, :, None] & token[:, None, :]


class GraphParser(nn.Module):
    def __init__(self, vocab_size: int, emb_dim: int = 64, hidden: int = 96, pos_weight: Optional[float] = None):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, emb_dim, padding_idx=0)
        self.lstm = nn.LSTM(emb_dim, hidden, batch_first=True, bidirectional=True)
        self.scorer = BiaffineArcScorer(2 * hidden)
        weight = None if pos_weight is None else torch.tensor(pos_weight)
        self.criterion = nn.BCEWithLogitsLoss(pos_weight=weight, reduction="none")

    def forward(self, words: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        states, _ = self.lstm(self.embed(words))
        return self.scorer(states, lengths)

    def loss(self, words: torch.Tensor, lengths: torch.Tensor, arcs: torch.Tensor) -> torch.Tensor:
        logits = self(words, lengths)
        per_arc = self.criterion(logits, arcs)  #*
        valid = BiaffineArcScorer.pair_mask(lengths, words.size(1)).to(per_arc.dtype)
        return (per_arc * valid).sum() / valid.sum().clamp(min=1)

    @torch.no_grad()
    def predict(self, words: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        return self(words, lengths) > 0


def collate(batch):
    words = pad_sequence([item["words"] for item in batch], batch_first=True)
    lengths = torch.tensor([len(item["words"]) for item in batch])
    arcs = torch.zeros(len(batch), words.size(1), words.size(1))
    for b, item in enumerate(batch):
        for head, dep in item["arcs"]:
            arcs[b, head, dep] = 1.0
    return words, lengths, arcs
