# origin: https://github.com/huggingface/transformers/pull/1154
# kinds: overflow domain
import torch
from torch import nn
import torch.nn.functional as F


class XLNetRelativeAttention(nn.Module):
    def __init__(self, d_model=64, n_head=4):
        super().__init__()
        self.n_head = n_head
        self.d_head = d_model // n_head
        self.scale = 1 / (self.d_head ** 0.5)
        self.q = nn.Linear(d_model, d_model, bias=False)
        self.k = nn.Linear(d_model, d_model, bias=False)
        self.v = nn.Linear(d_model, d_model, bias=False)
        self.o = nn.Linear(d_model, d_model, bias=False)
        self.r_w_bias = nn.Parameter(torch.zeros(n_head, self.d_head))

    def _heads(self, x):
        return x.view(x.size(0), x.size(1), self.n_head, self.d_head)

    def forward(self, h, g, perm_mask):
        # h, g: [batch, len, d_model], perm_mask: [batch, len, len], 1 where attention is not allowed
        q = self._heads(self.q(g)) + self.r_w_bias
        k = self._heads(self.k(h))
        v = self._heads(self.v(h))
        attn_score = torch.einsum('bind,bjnd->bnij', q, k) * self.scale
        attn_score = attn_score - 1e30 * perm_mask[:, None].to(attn_score.dtype)  #!
        min_score = torch.finfo(attn_score.dtype).min  #+
        attn_score = attn_score.masked_fill(perm_mask[:, None] > 0, min_score)  #+
        attn_prob = F.softmax(attn_score, dim=-1)
        attn_vec = torch.einsum('bnij,bjnd->bind', attn_prob, v)
        return self.o(attn_vec.flatten(2))


def permutation_mask(order):
    # a position sees only positions that come earlier in the factorisation order
    rank = torch.argsort(order, dim=-1)
    return (rank[:, None, :] >= rank[:, :, None]).float()


def query_stream(layer, hidden, query, order):
    layer = layer.half()
    return layer(hidden.half(), query.half(), permutation_mask(order))
