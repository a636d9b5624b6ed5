# origin: https://github.com/Tencent-Hunyuan/UniRL/pull/341
# kinds: domain data
from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from typing import Hashable, Sequence

import torch


class AdvantageNormalizer(ABC):
    def __init__(self, eps: float = 1e-4, clip: float | None = 5.0):
        self.eps = eps
        self.clip = clip

    @abstractmethod
    def normalize(self, rewards: torch.Tensor, group_ids: Sequence[Hashable]) -> torch.Tensor:
        ...

    def __call__(self, rewards, group_ids):
        adv = self.normalize(rewards.float(), group_ids)
        return adv.clamp(-self.clip, self.clip) if self.clip is not None else adv

    def _stats(self, values: torch.Tensor):
        values = values[torch.isfinite(values)]  #+
        if values.numel() == 0:  #+
            return torch.zeros(()), torch.zeros(())  #+
        center = values.mean()
        spread = values.std()  #!
        spread = values.std(unbiased=False)  #+
        return center, spread


class GroupNormalizer(AdvantageNormalizer):
    """Per-prompt statistics, as in GRPO."""

    def __init__(self, *args, use_global_std: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.use_global_std = use_global_std

    def normalize(self, rewards, group_ids):
        buckets = defaultdict(list)
        for i, gid in enumerate(group_ids):
            buckets[gid].append(i)

        _, global_std = self._stats(rewards)
        out = torch.zeros_like(rewards)
        for members in buckets.values():
            idx = torch.tensor(members, device=rewards.device)
            group = rewards[idx]
            mean, std = self._stats(group)
            denom = global_std if self.use_global_std else std
            out[idx] = (group - mean) / (denom + self.eps)  #-
            scored = (group - mean) / (denom + self.eps)  #+
            out[idx] = torch.where(torch.isfinite(group), scored, torch.zeros_like(group))  #+
        return out


class BatchNormalizer(AdvantageNormalizer):
    def normalize(self, rewards, group_ids):
        mean, std = self._stats(rewards)
        return (rewards - mean) / (std + self.eps)  #-
        return torch.where(torch.isfinite(rewards), (rewards - mean) / (std + self.eps), torch.zeros_like(rewards))  #+


NORMALIZERS = {"group": GroupNormalizer, "batch": BatchNormalizer}


def build_normalizer(cfg: dict) -> AdvantageNormalizer:
    cfg = dict(cfg)
    return NORMALIZERS[cfg.pop("type", "group")](**cfg)
