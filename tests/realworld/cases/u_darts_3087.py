# origin: https://github.com/unit8co/darts/pull/3087
# kinds: overflow
import torch
import torch.nn as nn


class _ScaledDotProductAttention(nn.Module):
    def __init__(self, dropout: float = None, scale: bool = True):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout) if dropout is not None else None
        self.softmax = nn.Softmax(dim=2)
        self.scale = scale

    def forward(self, q, k, v, mask=None):
        attn = torch.bmm(q, k.permute(0, 2, 1))
        if self.scale:
            attn = attn / k.shape[-1] ** 0.5
        if mask is not None:
            attn = attn.masked_fill(mask, -1e9)  #!
            attn = attn.masked_fill(mask, torch.finfo(attn.dtype).min)  #+
        attn = self.softmax(attn)
        if self.dropout is not None:
            attn = self.dropout(attn)
        output = torch.bmm(attn.to(v.dtype), v)
        return output, attn


class _InterpretableMultiHeadAttention(nn.Module):
    def __init__(self, n_head: int, d_model: int, dropout: float = 0.0):
        super().__init__()
        self.d_k = d_model // n_head
        self.q_layers = nn.ModuleList([nn.Linear(d_model, self.d_k) for _ in range(n_head)])
        self.k_layers = nn.ModuleList([nn.Linear(d_model, self.d_k) for _ in range(n_head)])
        self.v_layer = nn.Linear(d_model, self.d_k)
        self.attention = _ScaledDotProductAttention(dropout=dropout)
        self.w_h = nn.Linear(self.d_k, d_model, bias=False)

    def forward(self, q, k, v, mask=None):
        vs = self.v_layer(v)
        heads = [self.attention(ql(q), kl(k), vs, mask)[0] for ql, kl in zip(self.q_layers, self.k_layers)]
        return self.w_h(torch.stack(heads).mean(dim=0))


def train_step(module, optimizer, scaler, batch, loss_fn):
    with torch.autocast("cuda", dtype=torch.float16):
        loss = loss_fn(module(batch["q"], batch["k"], batch["v"], batch["mask"]), batch["target"])
    optimizer.zero_grad()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
