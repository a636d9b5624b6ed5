# origin: https://github.com/NVIDIA/apex/issues/93
# kinds: overflow domain
import torch
import torch.nn as nn
import torch.nn.functional as F

NEG_INF = -1e15  #!
NEG_INF = -1e4  #+


def masked_softmax(scores, pad):
    """pad: bool tensor, True at the padded places."""
    bias = pad.to(scores.dtype) * NEG_INF  #*
    return F.softmax(scores + bias, dim=-1)  #*


class BiDAF(nn.Module):
    def __init__(self, hidden_size, drop_prob=0.1):
        super(BiDAF, self).__init__()
        self.drop_prob = drop_prob
        self.c_weight = nn.Linear(hidden_size, 1, bias=False)
        self.q_weight = nn.Linear(hidden_size, 1, bias=False)
        self.proj = nn.Linear(4 * hidden_size, hidden_size)

    def similarity(self, c, q):
        s0 = self.c_weight(c)
        s1 = self.q_weight(q).transpose(1, 2)
        s2 = torch.bmm(c, q.transpose(1, 2)) / c.size(-1) ** 0.5
        return s0 + s1 + s2

    def forward(self, c, q, c_pad, q_pad):
        s = self.similarity(c, q)
        s1 = masked_softmax(s, q_pad.unsqueeze(1))
        s2 = masked_softmax(s.transpose(1, 2), c_pad.unsqueeze(1)).transpose(1, 2)
        a = torch.bmm(s1, q)
        b = torch.bmm(torch.bmm(s1, s2.transpose(1, 2)), c)
        x = torch.cat([c, a, c * a, c * b], dim=2)
        return F.dropout(self.proj(x), self.drop_prob, self.training)


class StaticLossScaler:
    def __init__(self, scale=128.0):
        self.scale = scale

    def unscale(self, params):
        for p in params:
            if p.grad is not None:
                p.grad.div_(self.scale)

    @staticmethod
    def has_overflow(params):
        return any(p.grad is not None and not torch.isfinite(p.grad).all() for p in params)


def step(model, batch, optimizer, scaler):
    c, q, c_pad, q_pad, target = batch
    model.half()
    out = model(c.half(), q.half(), c_pad, q_pad)
    loss = F.smooth_l1_loss(out.float(), target)
    optimizer.zero_grad()
    (loss * scaler.scale).backward()
    params = list(model.parameters())
    if scaler.has_overflow(params):
        return None
    scaler.unscale(params)
    optimizer.step()
    return loss.item()
