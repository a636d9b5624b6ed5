# origin: https://github.com/stanford-crfm/mistral/issues/67
# kinds: loss-scale overflow
import torch
import torch.nn as nn
from torch.amp import autocast


class MistralGPT2Attention(nn.Module):
    def __init__(self, n_embd=768, n_head=12, n_ctx=1024, layer_num=0):
        super().__init__()
        max_positions = n_ctx
        self.register_buffer("bias", torch.tril(torch.ones(max_positions, max_positions, dtype=torch.bool))
                             .view(1, 1, max_positions, max_positions))
        self.n_head = n_head
        self.split_size = n_embd
        self.layer_num = layer_num
        self.c_attn = nn.Linear(n_embd, 3 * n_embd)
        self.c_proj = nn.Linear(n_embd, n_embd)
        self.attn_dropout = nn.Dropout(0.1)

    def _attn(self, q, k, v):
        w = torch.matmul(q, k)  #!
        w = w / (float(v.size(-1)) ** 0.5)  #-
        with autocast(q.device.type, enabled=False):  #+
            q = q.float() / (float(v.size(-1)) ** 0.5)  #+
            w = torch.matmul(q, k.float())  #+
        nd, ns = w.size(-2), w.size(-1)
        mask = self.bias[:, :, ns - nd:ns, :ns]
        w = w.masked_fill(~mask, torch.finfo(w.dtype).min)
        w = nn.functional.softmax(w, dim=-1).to(v.dtype)
        w = self.attn_dropout(w)
        return torch.matmul(w, v)

    def split_heads(self, x, k=False):
        x = x.view(*x.size()[:-1], self.n_head, x.size(-1) // self.n_head)
        return x.permute(0, 2, 3, 1) if k else x.permute(0, 2, 1, 3)

    def forward(self, hidden_states):
        query, key, value = self.c_attn(hidden_states).split(self.split_size, dim=2)
        a = self._attn(self.split_heads(query), self.split_heads(key, k=True), self.split_heads(value))
        a = a.permute(0, 2, 1, 3).contiguous()
        return self.c_proj(a.view(*a.size()[:-2], self.split_size))


def train_step(model, head, batch, optimizer, scaler, device='cuda'):
    optimizer.zero_grad()
    with autocast(device, dtype=torch.float16):
        logits = head(model(batch['hidden'].to(device)))
        loss = nn.functional.cross_entropy(logits.flatten(0, 1).float(), batch['labels'].to(device).flatten())
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    return loss.item()
