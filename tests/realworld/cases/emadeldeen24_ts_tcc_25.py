# origin: https://github.com/emadeldeen24/TS-TCC/issues/25
# kinds: domain underflow overflow
import torch
import torch.nn as nn


class SupConLoss(nn.Module):
    def __init__(self, device, temperature=0.2):
        super().__init__()
        self.device = device
        self.temperature = temperature

    def forward(self, features, mask):
        anchor_dot_contrast = torch.div(torch.matmul(features, features.T), self.temperature)
        logits_max, _ = torch.max(anchor_dot_contrast, dim=1, keepdim=True)
        logits = anchor_dot_contrast - logits_max.detach()
        logits_mask = torch.scatter(
            torch.ones_like(mask), 1, torch.arange(features.shape[0]).view(-1, 1).to(self.device), 0
        )
        exp_logits = torch.exp(logits) * logits_mask  #-
        log_prob = logits - torch.log(exp_logits.sum(1, keepdim=True))  #!
        rest = logits.masked_fill(logits_mask == 0, -1e4)  #+
        log_prob = logits - torch.logsumexp(rest, dim=1, keepdim=True)  #+
        return -((mask * log_prob).sum(1) / mask.sum(1).clamp(min=1)).mean()
