# origin: https://github.com/Unity-Technologies/ml-agents/pull/4664
# kinds: domain overflow
import abc
from typing import List

import torch
from torch import nn

EPSILON = 1e-7  # Small value to avoid divide by zero


class DistInstance(nn.Module, abc.ABC):
    @abc.abstractmethod
    def log_prob(self, value: torch.Tensor) -> torch.Tensor:
        ...


class CategoricalDistInstance(DistInstance):
    def __init__(self, logits):
        super().__init__()
        self.logits = logits
        self.probs = torch.softmax(self.logits, dim=-1)

    def pdf(self, value):
        idx = torch.arange(start=0, end=len(value)).unsqueeze(-1)
        return torch.gather(self.probs.permute(1, 0)[value.flatten().long()], -1, idx).squeeze(-1)

    def log_prob(self, value):
        return torch.log(self.pdf(value))  #!
        return torch.log(self.pdf(value) + EPSILON)  #+

    def all_log_prob(self):
        return torch.log(self.probs)  #!
        return torch.log(self.probs + EPSILON)  #+

    def entropy(self):
        return -torch.sum(self.probs * torch.log(self.probs), dim=-1)  #!
        return -torch.sum(self.probs * torch.log(self.probs + EPSILON), dim=-1)  #+


class MultiCategoricalDistribution(nn.Module):
    def __init__(self, num_inputs: int, act_sizes: List[int]):
        super().__init__()
        self.act_sizes = act_sizes
        self.branches = nn.ModuleList([nn.Linear(num_inputs, size) for size in act_sizes])

    def _mask_branch(self, logits, mask):
        raw_probs = torch.nn.functional.softmax(logits, dim=-1) * mask
        normalized_probs = raw_probs / torch.sum(raw_probs, dim=-1).unsqueeze(-1)  #!
        normalized_logits = torch.log(normalized_probs)  #!
        normalized_probs = raw_probs / (torch.sum(raw_probs, dim=-1).unsqueeze(-1) + EPSILON)  #+
        normalized_logits = torch.log(normalized_probs + EPSILON)  #+
        return normalized_logits

    def forward(self, inputs: torch.Tensor, masks: torch.Tensor) -> List[DistInstance]:
        branch_distributions = []
        masks = torch.split(masks, self.act_sizes, dim=1)
        for idx, branch in enumerate(self.branches):
            norm_logits = self._mask_branch(branch(inputs), masks[idx])
            branch_distributions.append(CategoricalDistInstance(norm_logits))
        return branch_distributions
