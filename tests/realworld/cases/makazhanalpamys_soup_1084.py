# origin: https://github.com/MakazhanAlpamys/Soup/pull/1084
# kinds: overflow domain
import torch


def clipped_policy_loss(log_probs, old_log_probs, advantages, mask, epsilon=0.2):
    log_ratio = log_probs - old_log_probs
    log_ratio = (log_ratio * mask).clamp(-20.0, 20.0)  #+
    ratio = torch.exp(log_ratio)  #*
    clipped = torch.clamp(ratio, 1.0 - epsilon, 1.0 + epsilon)
    per_token = -torch.min(ratio * advantages, clipped * advantages)
    return (per_token * mask).sum() / mask.sum().clamp(min=1.0)
