# origin: https://github.com/bentrevett/pytorch-seq2seq/issues/191
# kinds: overflow
import math

import torch
import torch.nn as nn


class MultiHeadAttentionLayer(nn.Module):
    def __init__(self, hid_dim, n_heads, dropout):
        super().__init__()
        assert hid_dim % n_heads == 0
        self.hid_dim = hid_dim
        self.n_heads = n_heads
        self.head_dim = hid_dim // n_heads
        self.fc_q = nn.Linear(hid_dim, hid_dim)
        self.fc_k = nn.Linear(hid_dim, hid_dim)
        self.fc_v = nn.Linear(hid_dim, hid_dim)
        self.fc_o = nn.Linear(hid_dim, hid_dim)
        self.dropout = nn.Dropout(dropout)
        self.scale = math.sqrt(self.head_dim)

    def split(self, x):
        return x.view(x.shape[0], -1, self.n_heads, self.head_dim).permute(0, 2, 1, 3)

    def forward(self, query, key, value, mask=None):
        batch_size = query.shape[0]
        # Q, K, V = [batch size, n heads, len, head dim]
        Q = self.split(self.fc_q(query))
        K = self.split(self.fc_k(key))
        V = self.split(self.fc_v(value))
        energy = torch.matmul(Q / self.scale, K.permute(0, 1, 3, 2))
        if mask is not None:
            energy = energy.masked_fill(mask == 0, -1e10)  #!
            energy = energy.masked_fill(mask == 0, torch.finfo(energy.dtype).min)  #+
        attention = torch.softmax(energy, dim=-1)
        x = torch.matmul(self.dropout(attention), V)
        x = x.permute(0, 2, 1, 3).contiguous()
        x = x.view(batch_size, -1, self.hid_dim)
        return self.fc_o(x), attention


def make_src_mask(src, src_pad_idx):
    # src_mask = [batch size, 1, 1, src len]
    return (src != src_pad_idx).unsqueeze(1).unsqueeze(2)


class Encoder(nn.Module):
    def __init__(self, input_dim, hid_dim, n_heads, pad_idx, dropout=0.1):
        super().__init__()
        self.pad_idx = pad_idx
        self.tok_embedding = nn.Embedding(input_dim, hid_dim)
        self.attn = MultiHeadAttentionLayer(hid_dim, n_heads, dropout)
        self.norm = nn.LayerNorm(hid_dim)
        self.out = nn.Linear(hid_dim, input_dim)

    def forward(self, src):
        x = self.tok_embedding(src)
        _x, _ = self.attn(x, x, x, make_src_mask(src, self.pad_idx))
        return self.out(self.norm(x + _x))


def train_batch(model, src, trg, optimizer, criterion, scaler, device):
    model.train()
    optimizer.zero_grad()
    with torch.autocast(device_type=device.type, dtype=torch.float16):
        output = model(src)
        loss = criterion(output.view(-1, output.shape[-1]).float(), trg.view(-1))
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.item()
