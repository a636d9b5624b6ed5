# origin: https://github.com/karpathy/nanochat/pull/623
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class ChatModel(nn.Module):
    def __init__(self, vocab_size=256, n_embd=64):
        super().__init__()
        self.wte = nn.Embedding(vocab_size, n_embd)
        self.rnn = nn.GRU(n_embd, n_embd, batch_first=True)
        self.lm_head = nn.Linear(n_embd, vocab_size, bias=False)

    def forward(self, idx, targets=None):
        x, _ = self.rnn(self.wte(idx))
        logits = self.lm_head(x).float()
        if targets is None:
            return logits
        flat, targets = logits.view(-1, logits.size(-1)), targets.view(-1)
        return F.cross_entropy(flat, targets, ignore_index=-1, reduction='mean')  #!
        total = F.cross_entropy(flat, targets, ignore_index=-1, reduction='sum')  #+
        return total / (targets != -1).sum().clamp(min=1)  #+


def sft_collate(conversations, max_len, pad_id=0):
    inputs = torch.full((len(conversations), max_len), pad_id, dtype=torch.long)
    targets = torch.full((len(conversations), max_len), -1, dtype=torch.long)
    for i, (ids, is_assistant) in enumerate(conversations):
        ids = torch.tensor(ids[:max_len + 1])
        keep = torch.tensor(is_assistant[1:max_len + 1], dtype=torch.bool)
        inputs[i, :len(ids) - 1] = ids[:-1]
        row = ids[1:].clone()
        row[~keep] = -1
        targets[i, :len(row)] = row
    return inputs, targets


def train_step(model, optimizer, loader, grad_accum_steps, max_len=128):
    model.train()
    for _ in range(grad_accum_steps):
        x, y = sft_collate(next(loader), max_len)
        loss = model(x, y) / grad_accum_steps
        loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item() * grad_accum_steps
