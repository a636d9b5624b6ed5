# origin: https://github.com/HobbitLong/SupContrast/pull/142
# kinds: domain
import torch
import torch.nn as nn


class SupConLoss(nn.Module):
    def __init__(self, temperature=0.07, base_temperature=0.07):
        super().__init__()
        self.temperature = temperature
        self.base_temperature = base_temperature

    def forward(self, features, labels):
        labels = labels.contiguous().view(-1, 1)
        mask = torch.eq(labels, labels.T).float()
        logits = features @ features.T / self.temperature
        logits_mask = torch.ones_like(mask).fill_diagonal_(0)
        mask = mask * logits_mask
        log_prob = logits - torch.logsumexp(logits.masked_fill(logits_mask == 0, -1e4), dim=1, keepdim=True)
        mean_log_prob_pos = (mask * log_prob).sum(1) / mask.sum(1)  #!
        mean_log_prob_pos = (mask * log_prob).sum(1) / mask.sum(1).clamp(min=1)  #+
        return -(self.temperature / self.base_temperature * mean_log_prob_pos).mean()
