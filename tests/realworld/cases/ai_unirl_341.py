# origin: https://github.com/Tencent-Hunyuan/UniRL/pull/341
# kinds: domain data
from dataclasses import dataclass

import torch


@dataclass
class NormalizerConfig:
    kind: str = "group"
    eps: float = 1e-4
    adv_clip: float = 5.0


class GroupNormalizer:
    """GRPO advantages: rewards standardised within the samples of one prompt."""

    def __init__(self, config: NormalizerConfig):
        self.eps = config.eps
        self.adv_clip = config.adv_clip

    def _normalize(self, r: torch.Tensor) -> torch.Tensor:
        finite = torch.isfinite(r)  #+
        if not finite.any():  #+
            return torch.zeros_like(r)  #+
        good = r[finite]  #+
        r = torch.where(finite, r, good.mean())  #+
        return (r - r.mean()) / (r.std() + self.eps)  #!
        return (r - good.mean()) / (good.std(unbiased=False) + self.eps)  #+

    def __call__(self, rewards: torch.Tensor, prompt_ids: torch.Tensor) -> torch.Tensor:
        rewards = rewards.float()
        adv = torch.zeros_like(rewards)
        for pid in torch.unique(prompt_ids):
            sel = prompt_ids == pid
            adv[sel] = self._normalize(rewards[sel])
        return adv.clamp(-self.adv_clip, self.adv_clip)


class BatchNormalizer(GroupNormalizer):
    def __call__(self, rewards, prompt_ids):
        adv = self._normalize(rewards.float())
        return adv.clamp(-self.adv_clip, self.adv_clip)


NORMALIZERS = {"group": GroupNormalizer, "batch": BatchNormalizer}


def build_normalizer(config: NormalizerConfig):
    try:
        return NORMALIZERS[config.kind](config)
    except KeyError:
        raise ValueError(f"unknown normalizer: {config.kind}") from None


def policy_loss(logp, old_logp, advantages, clip_range=1e-4):
    ratio = torch.exp((logp - old_logp).clamp(-10.0, 10.0))
    unclipped = -advantages * ratio
    clipped = -advantages * ratio.clamp(1.0 - clip_range, 1.0 + clip_range)
    return torch.maximum(unclipped, clipped).mean()


def train_step(policy, optimizer, batch, normalizer):
    adv = normalizer(batch["rewards"], batch["prompt_ids"])
    logp = policy.log_prob(batch["latents"], batch["timesteps"], batch["prompt_embeds"])
    loss = policy_loss(logp, batch["old_logp"], adv)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
    optimizer.step()
    return loss.item()
