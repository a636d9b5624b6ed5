# origin: https://github.com/pytorch/pytorch/issues/4320
# kinds: domain
import torch
import torch.nn as nn


class LayerNorm(nn.Module):
    "Construct a layernorm module (See citation for details)."

    def __init__(self, features, eps=1e-6):
        super(LayerNorm, self).__init__()
        self.a_2 = nn.Parameter(torch.ones(features))
        self.b_2 = nn.Parameter(torch.zeros(features))
        self.eps = eps

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        std = x.var(-1, keepdim=True).sqrt()  #!
        return self.a_2 * (x - mean) / (std + self.eps) + self.b_2  #-
        std = torch.sqrt(x.var(-1, keepdim=True) + self.eps)  #+
        return self.a_2 * (x - mean) / std + self.b_2  #+


class SublayerConnection(nn.Module):
    """A residual connection followed by a layer norm."""

    def __init__(self, size, dropout):
        super(SublayerConnection, self).__init__()
        self.norm = LayerNorm(size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, sublayer):
        return x + self.dropout(sublayer(self.norm(x)))


class TokenEncoder(nn.Module):
    def __init__(self, vocab, d_model=256, d_ff=1024, N=4, dropout=0.1, pad=0):
        super().__init__()
        self.embed = nn.Embedding(vocab, d_model, padding_idx=pad)
        self.ff = nn.ModuleList(
            nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Linear(d_ff, d_model)) for _ in range(N)
        )
        self.sub = nn.ModuleList(SublayerConnection(d_model, dropout) for _ in range(N))
        self.norm = LayerNorm(d_model)

    def forward(self, tokens):
        x = self.embed(tokens)
        for sub, ff in zip(self.sub, self.ff):
            x = sub(x, ff)
        return self.norm(x)
