# origin: https://github.com/bentrevett/pytorch-seq2seq/issues/191
# kinds: overflow precision
import torch
import torch.nn as nn


class MultiHeadAttentionLayer(nn.Module):
    def __init__(self, hid_dim, n_heads, dropout):
        super().__init__()
        self.n_heads = n_heads
        self.head_dim = hid_dim // n_heads
        self.fc_q = nn.Linear(hid_dim, hid_dim)
        self.fc_k = nn.Linear(hid_dim, hid_dim)
        self.fc_v = nn.Linear(hid_dim, hid_dim)
        self.dropout = nn.Dropout(dropout)
        self.scale = self.head_dim**0.5

    def forward(self, query, key, value, mask=None):
        q, k, v = self.fc_q(query), self.fc_k(key), self.fc_v(value)
        energy = torch.matmul(q, k.transpose(-1, -2)) / self.scale
        if mask is not None:
            energy = energy.masked_fill(mask == 0, -1e10)  #!
            energy = energy.masked_fill(mask == 0, -1e4)  #+
        attention = torch.softmax(energy, dim=-1)
        return torch.matmul(self.dropout(attention), v), attention
