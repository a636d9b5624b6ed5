# origin: https://github.com/gabrielmittag/NISQA/issues/17
# kinds: domain overflow
import torch
import torch.nn as nn


class AttDot(nn.Module):
    """Dot attention: the attention weights are already normalised."""

    def forward(self, query, y):
        att = torch.bmm(query, y.transpose(2, 1))
        sim = att.max(2)[0].unsqueeze(1)
        return torch.softmax(att, dim=2), sim


class ApplySoftAttention(nn.Module):
    def forward(self, y, att):
        return torch.bmm(att, y)  #*


class Alignment(nn.Module):
    def __init__(self, att_method="dot", apply_att_method="soft"):
        super().__init__()
        self.att = AttDot()
        self.apply_att = ApplySoftAttention()

    def _mask_attention(self, att, y, n_wins):
        mask = torch.arange(att.size(2), device=att.device)[None, :] < n_wins[:, None]
        mask = mask.unsqueeze(1).expand_as(att)
        att[~mask] = float("-Inf")  #-
        att[~mask] = 0.0  #+
        return att

    def forward(self, query, y, n_wins_y):
        att, sim = self.att(query, y)
        att = self._mask_attention(att, y, n_wins_y)
        y = self.apply_att(y, att)  #!
        y = self.apply_att(y, att)  #+
        return y
