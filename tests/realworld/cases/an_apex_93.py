# origin: https://github.com/NVIDIA/apex/issues/93
# kinds: overflow domain
import torch
from torch import nn
from torch.autograd import Variable


def sequence_mask(lengths, max_len):
    steps = torch.arange(max_len, device=lengths.device)
    return steps[None, :] < lengths[:, None]


def mask_logits(target, mask):  #-
    mask = mask.to(target.dtype)  #-
    return target + (1 - mask) * (-1e15)  #!


def masked_softmax(logits, mask, dim=-1):
    return torch.softmax(mask_logits(logits, mask), dim=dim)  #-
    scores = logits.float().masked_fill(~mask, -1e15)  #+
    return torch.softmax(scores, dim=dim).to(logits.dtype)  #+


class CQAttention(nn.Module):
    """Context-query attention of a reading comprehension model."""

    def __init__(self, d_model):
        super().__init__()
        self.w4c = nn.Linear(d_model, 1, bias=False)
        self.w4q = nn.Linear(d_model, 1, bias=False)
        self.w4mlu = nn.Parameter(torch.empty(1, 1, d_model))
        nn.init.xavier_uniform_(self.w4mlu)
        self.resize = nn.Linear(4 * d_model, d_model)

    def similarity(self, C, Q):
        s0 = self.w4c(C)
        s1 = self.w4q(Q).transpose(1, 2)
        s2 = torch.matmul(C * self.w4mlu, Q.transpose(1, 2))
        return s0 + s1 + s2

    def forward(self, C, Q, c_len, q_len):
        Cmask = sequence_mask(c_len, C.size(1)).unsqueeze(2)
        Qmask = sequence_mask(q_len, Q.size(1)).unsqueeze(1)
        S = self.similarity(C, Q)
        S1 = masked_softmax(S, Qmask, dim=2)
        S2 = masked_softmax(S, Cmask, dim=1)
        A = torch.bmm(S1, Q)
        B = torch.bmm(torch.bmm(S1, S2.transpose(1, 2)), C)
        return self.resize(torch.cat([C, A, C * A, C * B], dim=2))


def train(model, optimizer, batches, static_scale=128.0):
    model = model.half()
    for C, Q, c_len, q_len, target in batches:
        C, Q = Variable(C.half()), Variable(Q.half())
        out = model(C, Q, c_len, q_len)
        loss = nn.functional.mse_loss(out.float(), target)
        optimizer.zero_grad()
        (loss * static_scale).backward()
        for p in model.parameters():
            p.grad.div_(static_scale)
        optimizer.step()
