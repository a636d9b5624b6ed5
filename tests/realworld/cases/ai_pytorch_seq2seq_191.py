# origin: https://github.com/bentrevett/pytorch-seq2seq/issues/191
# kinds: overflow
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
        self.scale = self.head_dim ** -0.5

    def forward(self, query, key, value, mask=None):
        batch_size = query.shape[0]

        # Q, K, V = [batch size, n heads, len, head dim]
        Q = self.fc_q(query).view(batch_size, -1, self.n_heads, self.head_dim).permute(0, 2, 1, 3)
        K = self.fc_k(key).view(batch_size, -1, self.n_heads, self.head_dim).permute(0, 2, 1, 3)
        V = self.fc_v(value).view(batch_size, -1, self.n_heads, self.head_dim).permute(0, 2, 1, 3)

        energy = torch.matmul(Q * self.scale, K.permute(0, 1, 3, 2))

        if mask is not None:
            energy = energy.masked_fill(mask == 0, -1e10)  #!
            energy = energy.masked_fill(mask == 0, torch.finfo(energy.dtype).min)  #+

        attention = torch.softmax(energy, dim=-1)
        x = torch.matmul(self.dropout(attention), V)
        x = x.permute(0, 2, 1, 3).contiguous().view(batch_size, -1, self.hid_dim)
        return self.fc_o(x), attention


def make_src_mask(src, src_pad_idx):
    # src_mask = [batch size, 1, 1, src len]
    return (src != src_pad_idx).unsqueeze(1).unsqueeze(2)


def train(encoder, attention, head, iterator, optimizer, criterion, clip, pad_idx, device="cuda"):
    scaler = torch.amp.GradScaler(device)
    epoch_loss = 0
    for src, trg in iterator:
        optimizer.zero_grad()
        with torch.autocast(device, dtype=torch.float16):
            hidden = encoder(src)
            hidden, _ = attention(hidden, hidden, hidden, make_src_mask(src, pad_idx))
            output = head(hidden)
            loss = criterion(output.flatten(0, 1), trg.flatten())
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(attention.parameters(), clip)
        scaler.step(optimizer)
        scaler.update()
        epoch_loss += loss.item()
    return epoch_loss / len(iterator)
