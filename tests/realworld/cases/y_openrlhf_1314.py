# origin: https://github.com/OpenRLHF/OpenRLHF/pull/1314
# kinds: overflow domain
from typing import Optional, Tuple

import torch
import torch.nn as nn


def masked_mean(tensor: torch.Tensor, mask: Optional[torch.Tensor], dim: int = None) -> torch.Tensor:
    if mask is None:
        return tensor.mean(dim=dim)
    return (tensor * mask).sum(dim=dim) / mask.sum(dim=dim).clamp(min=1)


class PolicyLoss(nn.Module):
    """Clipped surrogate with a correction for the rollout engine's own log-probabilities."""

    def __init__(self, clip_eps: float = 0.2, is_threshold: Tuple[float, float] = (0.5, 5.0), correction="icepop"):
        super().__init__()
        self.clip_eps = clip_eps
        self.is_low, self.is_high = is_threshold
        self.correction = correction

    def forward(self, log_probs, old_log_probs, advantages, action_mask=None, rollout_log_probs=None):
        log_ratio = (log_probs - old_log_probs).clamp(-20.0, 20.0)
        ratio = log_ratio.exp()
        surr1 = ratio * advantages
        surr2 = ratio.clamp(1 - self.clip_eps, 1 + self.clip_eps) * advantages
        loss = -torch.min(surr1, surr2)

        if rollout_log_probs is not None:
            vllm_is = torch.exp(old_log_probs - rollout_log_probs).detach()  #!
            vllm_is = torch.exp((old_log_probs - rollout_log_probs).clamp(-20.0, 20.0)).detach()  #+
            if self.correction == "icepop":
                keep = (vllm_is >= self.is_low) & (vllm_is <= self.is_high)
                vllm_is = vllm_is * keep  #!
                vllm_is = torch.where(keep, vllm_is, torch.zeros_like(vllm_is))  #+
            else:
                vllm_is = vllm_is.clamp(min=self.is_low, max=self.is_high)
            loss = vllm_is * loss

        return masked_mean(loss, action_mask, dim=-1).mean()
