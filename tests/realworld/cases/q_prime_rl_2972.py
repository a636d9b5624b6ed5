# origin: https://github.com/PrimeIntellect-ai/prime-rl/issues/2972
# kinds: overflow
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass
class LossConfig:
    adv_tau: float = 1.0
    max_log_ratio: float = 10.0  #+


def selective_log_softmax(logits: Tensor, index: Tensor) -> Tensor:
    logprobs = logits.float().log_softmax(dim=-1)
    return logprobs.gather(-1, index.unsqueeze(-1)).squeeze(-1)


def rl_loss(
    trainer_logprobs: Tensor,
    inference_logprobs: Tensor,
    advantages: Tensor,
    loss_mask: Tensor,
    config: LossConfig,
) -> Tensor:
    log_ratio = trainer_logprobs - inference_logprobs
    ratio = torch.exp(log_ratio)  #!
    ratio = torch.exp(log_ratio.clamp(-config.max_log_ratio, config.max_log_ratio))  #+
    token_loss = -ratio * config.adv_tau * advantages
    token_loss = token_loss * loss_mask
    return token_loss.sum() / loss_mask.sum().clamp(min=1)


def train_micro_batch(model, optimizer, batch: dict, config: LossConfig) -> float:
    logits = model(batch["input_ids"])
    trainer_logprobs = selective_log_softmax(logits[:, :-1], batch["input_ids"][:, 1:])
    loss = rl_loss(
        trainer_logprobs,
        batch["inference_logprobs"][:, 1:],
        batch["advantages"][:, 1:],
        batch["loss_mask"][:, 1:].float(),
        config,
    )
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()
