# origin: https://github.com/NVIDIA/apex/issues/93
# kinds: overflow loss-scale
import torch
import torch.nn as nn
import torch.nn.functional as F
from apex import amp
from apex.optimizers import FusedAdam


class BiDAFAttention(nn.Module):
    """Trilinear attention between a context and a query."""

    def __init__(self, hidden):
        super().__init__()
        self.w_c = nn.Linear(hidden, 1, bias=False)
        self.w_q = nn.Linear(hidden, 1, bias=False)
        self.w_cq = nn.Parameter(torch.empty(1, 1, hidden))
        nn.init.xavier_uniform_(self.w_cq)

    def forward(self, c, q, c_mask, q_mask):
        s = self.w_c(c) + self.w_q(q).transpose(1, 2) + torch.bmm(c * self.w_cq, q.transpose(1, 2))
        s1 = masked_softmax(s, q_mask.unsqueeze(1), dim=2)
        s2 = masked_softmax(s, c_mask.unsqueeze(2), dim=1)
        a = torch.bmm(s1, q)
        b = torch.bmm(torch.bmm(s1, s2.transpose(1, 2)), c)
        return torch.cat([c, a, c * a, c * b], dim=-1)


def masked_softmax(x, mask, dim):
    x = x.masked_fill(mask == 0, -1e15)  #!
    return F.softmax(x, dim=dim)  #-
    x32 = x.float().masked_fill(mask == 0, -1e15)  #+
    return F.softmax(x32, dim=dim).to(x.dtype)  #+


class Reader(nn.Module):
    def __init__(self, vocab, hidden=128):
        super().__init__()
        self.embed = nn.Embedding(vocab, hidden, padding_idx=0)
        self.attention = BiDAFAttention(hidden)
        self.span = nn.Linear(4 * hidden, 2)

    def forward(self, context, question):
        c, q = self.embed(context), self.embed(question)
        g = self.attention(c, q, context != 0, question != 0)
        start, end = self.span(g).float().unbind(dim=-1)
        return start, end


def train(model, batches, lr=1e-3, max_norm=2.0):
    model = model.cuda()
    optimizer = FusedAdam(model.parameters(), lr=lr)
    model, optimizer = amp.initialize(model, optimizer, opt_level="O2", loss_scale="dynamic")
    for context, question, start_pos, end_pos in batches:
        start, end = model(context.cuda(), question.cuda())
        loss = F.cross_entropy(start, start_pos.cuda()) + F.cross_entropy(end, end_pos.cuda())
        optimizer.zero_grad()
        with amp.scale_loss(loss, optimizer) as scaled_loss:
            scaled_loss.backward()
        nn.utils.clip_grad_norm_(amp.master_params(optimizer), max_norm)
        optimizer.step()
