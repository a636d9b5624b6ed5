# origin: https://github.com/HobbitLong/SupContrast/issues/20
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class SupConLoss(nn.Module):
    def __init__(self, temperature=0.07, base_temperature=0.07):
        super().__init__()
        self.temperature = temperature
        self.base_temperature = base_temperature

    def forward(self, features, labels):
        # features: [bsz, n_views, dim], normalised
        batch_size, n_views = features.shape[:2]
        labels = labels.contiguous().view(-1, 1)
        mask = torch.eq(labels, labels.T).float().to(features.device)
        contrast = torch.cat(torch.unbind(features, dim=1), dim=0)

        anchor_dot_contrast = contrast @ contrast.T / self.temperature
        logits_max, _ = torch.max(anchor_dot_contrast, dim=1, keepdim=True)
        logits = anchor_dot_contrast - logits_max.detach()

        mask = mask.repeat(n_views, n_views)
        logits_mask = 1 - torch.eye(batch_size * n_views, device=features.device)
        mask = mask * logits_mask

        exp_logits = torch.exp(logits) * logits_mask
        log_prob = logits - torch.log(exp_logits.sum(1, keepdim=True) + 1e-20)
        mean_log_prob_pos = (mask * log_prob).sum(1) / mask.sum(1)  #!
        num_pos = mask.sum(1)  #+
        mean_log_prob_pos = (mask * log_prob).sum(1) / num_pos.clamp(min=1)  #+
        loss = -(self.temperature / self.base_temperature) * mean_log_prob_pos
        return loss.mean()


def train_step(encoder, criterion, optimizer, images, labels):
    features = F.normalize(encoder(images), dim=1).unsqueeze(1)
    loss = criterion(features, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
