# origin: https://github.com/JunnYu/GAU-alpha-pytorch/issues/1
# kinds: overflow loss-scale
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

INF = 1e12  #!
INF = 1e4  #+


class GatedAttentionUnit(nn.Module):
    def __init__(self, hidden_size=768, intermediate_size=1536, key_size=128):
        super().__init__()
        self.e = intermediate_size
        self.s = key_size
        self.i_dense = nn.Linear(hidden_size, 2 * intermediate_size + key_size, bias=False)
        self.o_dense = nn.Linear(intermediate_size, hidden_size, bias=False)
        self.q_scale = nn.Parameter(torch.ones(key_size))
        self.k_scale = nn.Parameter(torch.ones(key_size))

    def forward(self, hidden_states, attention_mask=None):
        u, v, qk = F.silu(self.i_dense(hidden_states)).split([self.e, self.e, self.s], dim=-1)
        q, k = qk * self.q_scale, qk * self.k_scale
        scores = torch.einsum("bmd,bnd->bmn", q, k) / math.sqrt(self.s)
        if attention_mask is not None:
            scores = scores.masked_fill(attention_mask[:, None, :] == 0, -INF)  #*
        weights = torch.softmax(scores, dim=-1)
        return self.o_dense(u * torch.einsum("bmn,bnd->bmd", weights, v))


def train_step(model, head, batch, optimizer, scaler, device="cuda"):
    optimizer.zero_grad()
    with torch.autocast(device_type=device, dtype=torch.float16):
        hidden = model(batch["embeddings"], batch["attention_mask"])
        loss = F.cross_entropy(head(hidden[:, 0]).float(), batch["labels"])
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.item()
