# origin: https://github.com/nvidia-cosmos/cosmos-rl/pull/155
# kinds: domain
from functools import partial

import torch
import torch.nn.functional as F


def async_safe_ce(output, target, ignore_index=-100, loss_scaling_factor=1.0):
    target = target[:, 1:].contiguous().view(-1)
    output = output[:, :-1].contiguous().view(-1, output.size(-1)).float()
    loss = F.cross_entropy(output, target, ignore_index=ignore_index, reduction="none")
    keep = target != ignore_index
    n_tokens = keep.sum()
    n_tokens = n_tokens.clamp(min=1)  #+
    return loss_scaling_factor * (loss * keep).sum() / n_tokens  #*


class SFTTrainer:
    def __init__(self, model, optimizer, accumulate=4):
        self.model, self.optimizer, self.accumulate = model, optimizer, accumulate
        self.loss_fn = partial(async_safe_ce, loss_scaling_factor=1.0 / accumulate)

    def step_training(self, batches):
        total = 0.0
        for batch in batches:
            logits = self.model(batch["input_ids"])
            loss = self.loss_fn(logits, batch["label_ids"])
            loss.backward()
            total += loss.detach()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return total
