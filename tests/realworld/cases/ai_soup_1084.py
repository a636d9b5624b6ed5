# origin: https://github.com/MakazhanAlpamys/Soup/pull/1084
# kinds: domain overflow
from dataclasses import dataclass

import torch
import torch.nn.functional as F


@dataclass
class GRPOConfig:
    clip_eps: float = 0.2
    num_generations: int = 8
    max_log_ratio: float = 20.0
    max_grad_norm: float = 1.0


def sequence_logprobs(logits, input_ids):
    logps = F.log_softmax(logits[:, :-1].float(), dim=-1)
    return logps.gather(-1, input_ids[:, 1:].unsqueeze(-1)).squeeze(-1)


def group_advantages(rewards, num_generations):
    grouped = rewards.view(-1, num_generations)
    centred = grouped - grouped.mean(dim=1, keepdim=True)
    return (centred / (grouped.std(dim=1, keepdim=True) + 1e-4)).view(-1)


def grpo_policy_loss(logps, old_logps, advantages, completion_mask, config):
    """Clipped surrogate of PPO, averaged over the completion tokens."""
    log_ratio = logps - old_logps
    log_ratio = log_ratio.masked_fill(completion_mask == 0, 0.0)  #+
    log_ratio = log_ratio.clamp(-config.max_log_ratio, config.max_log_ratio)  #+
    ratio = torch.exp(log_ratio)  #*
    adv = advantages.unsqueeze(1)
    clipped = torch.clamp(ratio, 1.0 - config.clip_eps, 1.0 + config.clip_eps)
    per_token = -torch.min(ratio * adv, clipped * adv)
    mask = completion_mask.to(per_token.dtype)
    return (per_token * mask).sum() / mask.sum().clamp(min=1.0)


class GRPOTrainer:
    def __init__(self, model, optimizer, config=None):
        self.model = model
        self.optimizer = optimizer
        self.config = config or GRPOConfig()

    def step(self, input_ids, completion_mask, old_logps, rewards):
        logits = self.model(input_ids)
        logps = sequence_logprobs(logits, input_ids)
        advantages = group_advantages(rewards, self.config.num_generations)
        loss = grpo_policy_loss(logps, old_logps, advantages, completion_mask[:, 1:], self.config)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        grad_norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.max_grad_norm)
        self.optimizer.step()
        return {"loss": loss.item(), "grad_norm": float(grad_norm)}
