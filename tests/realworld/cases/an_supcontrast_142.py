# origin: https://github.com/HobbitLong/SupContrast/pull/142
# kinds: domain
"""
Supervised Contrastive Learning, one view per sample is allowed.
"""
from __future__ import print_function

import torch
import torch.nn as nn


class SupConLoss(nn.Module):
    """It also supports the unsupervised contrastive loss in SimCLR"""
    def __init__(self, temperature=0.07, contrast_mode='all',
                 base_temperature=0.07):
        super(SupConLoss, self).__init__()
        self.temperature = temperature
        self.contrast_mode = contrast_mode
        self.base_temperature = base_temperature

    def _build_mask(self, labels, mask, batch_size, device):
        if labels is not None and mask is not None:
            raise ValueError('Cannot define both `labels` and `mask`')
        if labels is None and mask is None:
            return torch.eye(batch_size, dtype=torch.float32, device=device)
        if labels is not None:
            labels = labels.contiguous().view(-1, 1)
            if labels.shape[0] != batch_size:
                raise ValueError('Num of labels does not match num of features')
            return torch.eq(labels, labels.T).float().to(device)
        return mask.float().to(device)

    def forward(self, features, labels=None, mask=None):
        if features.dim() < 3:
            raise ValueError('`features` needs to be [bsz, n_views, ...]')
        features = features.flatten(2)
        batch_size, n_views = features.shape[:2]
        mask = self._build_mask(labels, mask, batch_size, features.device)

        contrast_feature = torch.cat(torch.unbind(features, dim=1), dim=0)
        if self.contrast_mode == 'one':
            anchor_feature, anchor_count = features[:, 0], 1
        else:
            anchor_feature, anchor_count = contrast_feature, n_views

        # compute logits
        logits = torch.matmul(anchor_feature, contrast_feature.T) / self.temperature

        # tile mask and mask-out self-contrast cases
        mask = mask.repeat(anchor_count, n_views)
        self_idx = torch.arange(batch_size * anchor_count, device=features.device)
        logits_mask = torch.ones_like(mask, dtype=torch.bool)
        logits_mask[self_idx, self_idx] = False
        mask = mask * logits_mask

        # compute log_prob over all other entries
        lowest = torch.finfo(logits.dtype).min
        denom = torch.logsumexp(logits.masked_fill(~logits_mask, lowest), dim=1, keepdim=True)
        log_prob = logits - denom

        # compute mean of log-likelihood over positive
        mask_pos_pairs = mask.sum(1)
        mask_pos_pairs = torch.where(mask_pos_pairs < 1e-6, torch.ones_like(mask_pos_pairs), mask_pos_pairs)  #+
        mean_log_prob_pos = (mask * log_prob).sum(1) / mask_pos_pairs  #!
        mean_log_prob_pos = (mask * log_prob).sum(1) / mask_pos_pairs  #+

        # loss
        loss = - (self.temperature / self.base_temperature) * mean_log_prob_pos
        return loss.view(anchor_count, batch_size).mean()
