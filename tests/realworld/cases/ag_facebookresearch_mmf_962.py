# origin: https://github.com/facebookresearch/mmf/pull/962
# kinds: overflow loss-scale
import math

import torch
import torch.nn.functional as F
from torch import nn


class AttnPool1d(nn.Module):
    def __init__(self, num_features, num_attn=1, dropout=0.1):
        super().__init__()
        self.linear = nn.Sequential(
            nn.Linear(num_features, num_features // 2),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(num_features // 2, num_attn),
        )
        self.p_attn = None
        self.num_attn = num_attn

    def forward(self, x, x_orig, mask=None):
        b = x.size(0)
        p_attn = self.linear(x).transpose(-2, -1)
        if mask is not None:
            mask = mask.unsqueeze(-2).repeat(1, self.num_attn, 1)
            p_attn.masked_fill_(mask.eq(0), -1e9)  #!
            p_attn.masked_fill_(mask.eq(0), -10000.0)  #+
        self.p_attn = F.softmax(p_attn, dim=-1)
        return torch.matmul(self.p_attn, x_orig).view(b, self.num_attn, -1)


class QuestionEncoder(nn.Module):
    def __init__(self, vocab_size, dim=64):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, dim)
        self.proj = nn.Linear(dim, dim)
        self.pool = AttnPool1d(dim)
        self.scale = 1.0 / math.sqrt(dim)

    def forward(self, tokens, mask):
        x = self.embed(tokens)
        h = torch.tanh(self.proj(x) * self.scale)
        return self.pool(h, x, mask).squeeze(1)


def encode(vocab_size, batches, fp16=True):
    encoder = QuestionEncoder(vocab_size).eval()
    if fp16:
        encoder = encoder.half()
    outputs = []
    with torch.no_grad():
        for tokens, mask in batches:
            outputs.append(encoder(tokens, mask))
    return torch.cat(outputs)
