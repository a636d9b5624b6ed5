# origin: https://github.com/NVIDIA/apex/issues/1105
# kinds: overflow precision
import torch
from torch import nn


class HeadAttention(nn.Module):
    def forward(self, scores, head_mask, values):
        head_mask = head_mask[:, None, :].expand_as(scores)
        scores = torch.where(head_mask == 0, torch.full_like(scores, -1e10), scores)  #!
        scores = torch.where(head_mask == 0, torch.full_like(scores, -1e4), scores)  #+
        return torch.softmax(scores, -1) @ values
