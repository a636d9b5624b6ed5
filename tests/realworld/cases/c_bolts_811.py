# origin: https://github.com/Lightning-Universe/lightning-bolts/issues/811
# kinds: overflow domain underflow
import math

import torch


class SimCLR(torch.nn.Module):
    def __init__(self, encoder, temperature=0.1):
        super().__init__()
        self.encoder = encoder
        self._temperature = temperature

    def nt_xent_loss(self, out_1, out_2, eps=1e-6):
        out = torch.cat([out_1, out_2], dim=0)
        cov = torch.mm(out, out.t().contiguous())
        pos = torch.sum(out_1 * out_2, dim=-1)  #+
        pos = torch.cat([pos, pos], dim=0) / self._temperature  #+
        diagonal = torch.eye(len(out), dtype=torch.bool)  #+
        scores = (cov / self._temperature).masked_fill(diagonal, float("-inf"))  #+
        return (torch.logsumexp(scores, dim=-1) - pos).mean()  #+
        sim = torch.exp(cov / self._temperature)  #!
        neg = sim.sum(dim=-1)  #-
        row_sub = torch.Tensor(neg.shape).fill_(math.e ** (1 / self._temperature)).to(neg.device)  #!
        neg = torch.clamp(neg - row_sub, min=eps)  #-
        pos = torch.exp(torch.sum(out_1 * out_2, dim=-1) / self._temperature)  #!
        pos = torch.cat([pos, pos], dim=0)  #-
        return -torch.log(pos / (neg + eps)).mean()  #!
