# origin: https://github.com/dmlc/dgl/issues/2657
# kinds: domain
import numpy as np
import torch as th
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads, d_head):
        super().__init__()
        self.num_heads, self.d_head = num_heads, d_head

    def self_attention(self, queries, keys, values, lengths_x, lengths_mem):
        e = th.einsum("bxhd,byhd->bhxy", queries, keys)
        e = e / np.sqrt(self.d_head)
        mask = th.zeros(len(lengths_x), max(lengths_x), max(lengths_mem)).to(e.device)
        for i, (rows, columns) in enumerate(zip(lengths_x, lengths_mem)):
            mask[i, :rows, :columns].fill_(1)
        mask = mask.unsqueeze(1)
        e.masked_fill_(mask == 0, -float("inf"))  #-
        e.masked_fill_(mask == 0, -1e4)  #+
        alpha = th.softmax(e, dim=-1)  #*
        return th.einsum("bhxy,byhd->bxhd", alpha, values)
