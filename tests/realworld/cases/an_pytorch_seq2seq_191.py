# origin: https://github.com/bentrevett/pytorch-seq2seq/issues/191
# kinds: overflow
import torch
import torch.nn as nn


class MultiHeadAttentionLayer(nn.Module):
    def __init__(self, hid_dim, n_heads, dropout, device):
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
        self.scale = self.head_dim ** 0.5

    def forward(self, query, key, value, mask=None):

        batch_size = query.shape[0]

        Q = self.fc_q(query)
        K = self.fc_k(key)
        V = self.fc_v(value)

        Q = Q.view(batch_size, -1, self.n_heads, self.head_dim).permute(0, 2, 1, 3)
        K = K.view(batch_size, -1, self.n_heads, self.head_dim).permute(0, 2, 1, 3)
        V = V.view(batch_size, -1, self.n_heads, self.head_dim).permute(0, 2, 1, 3)

        #energy = [batch size, n heads, query len, key len]
        energy = torch.matmul(Q / self.scale, K.permute(0, 1, 3, 2))

        if mask is not None:
            energy = energy.masked_fill(mask == 0, -1e10)  #!
            energy = energy.masked_fill(mask == 0, torch.finfo(energy.dtype).min)  #+

        attention = torch.softmax(energy, dim=-1)
        x = torch.matmul(self.dropout(attention), V)

        x = x.permute(0, 2, 1, 3).contiguous()
        x = x.view(batch_size, -1, self.hid_dim)

        return self.fc_o(x), attention


def train(model, iterator, optimizer, criterion, scaler, clip):

    model.train()
    epoch_loss = 0

    for batch in iterator:

        optimizer.zero_grad()

        with torch.cuda.amp.autocast():
            output, _ = model(batch.src, batch.trg[:, :-1])
            output = output.contiguous().view(-1, output.shape[-1])
            loss = criterion(output, batch.trg[:, 1:].contiguous().view(-1))

        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        scaler.step(optimizer)
        scaler.update()

        epoch_loss += loss.item()

    return epoch_loss / len(iterator)
