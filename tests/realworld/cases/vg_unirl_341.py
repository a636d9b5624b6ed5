# origin: https://github.com/Tencent-Hunyuan/UniRL/pull/341
# kinds: domain
from collections import defaultdict
from dataclasses import dataclass, field

import torch


@dataclass
class PerPromptNormalizer:
    """Standardises rewards among the samples of one prompt."""

    eps: float = 1e-4
    history: dict = field(default_factory=lambda: defaultdict(list))

    def update(self, prompts, rewards):
        advantages = torch.zeros_like(rewards)
        for prompt in set(prompts):
            index = torch.tensor([i for i, p in enumerate(prompts) if p == prompt])
            group = rewards[index]
            self.history[prompt].extend(group.tolist())
            spread = group.std()  #!
            spread = group.std(unbiased=False)  #+
            advantages[index] = (group - group.mean()) / (spread + self.eps)  #*
        return advantages
