# origin: https://github.com/nvidia-cosmos/cosmos-rl/pull/155
# kinds: domain
from functools import partial
from typing import Any, Dict, List, Optional

import torch
import torch.nn.functional as F

IGNORE_LABEL_ID = -100


def collate_sft(samples: List[Dict[str, Any]], pad_token_id: int, max_len: int) -> Dict[str, torch.Tensor]:
    """Right-pad, and keep labels on the assistant tokens only."""
    longest = min(max_len, max(len(s["input_ids"]) for s in samples))
    input_ids = torch.full((len(samples), longest), pad_token_id, dtype=torch.long)
    labels = torch.full((len(samples), longest), IGNORE_LABEL_ID, dtype=torch.long)
    for row, sample in enumerate(samples):
        ids = torch.tensor(sample["input_ids"][:longest])
        keep = torch.tensor(sample["assistant_mask"][:longest], dtype=torch.bool)
        input_ids[row, : len(ids)] = ids
        labels[row, : len(ids)] = torch.where(keep, ids, torch.full_like(ids, IGNORE_LABEL_ID))
    return {"input_ids": input_ids, "label_ids": labels}


def async_safe_ce(
    output: torch.Tensor,
    target: torch.Tensor,
    ignore_index: int = IGNORE_LABEL_ID,
    loss_scaling_factor: float = 1.0,
) -> torch.Tensor:
    target = target[:, 1:].contiguous().view(-1)
    output = output[:, :-1].contiguous().view(-1, output.size(-1)).float()
    if not (target != ignore_index).any():  #+
        zero = F.cross_entropy(output, target, ignore_index=ignore_index, reduction="sum")  #+
        return zero * loss_scaling_factor  #+
    loss = F.cross_entropy(output, target, ignore_index=ignore_index, reduction="mean")  #!
    loss = F.cross_entropy(output, target, ignore_index=ignore_index, reduction="mean")  #+
    return loss * loss_scaling_factor


class SFTTrainer:
    def __init__(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer,
                 mini_batch: int = 1, max_grad_norm: Optional[float] = 1.0):
        self.model = model.to(torch.bfloat16)
        self.optimizer = optimizer
        self.mini_batch = mini_batch
        self.max_grad_norm = max_grad_norm

    def step_training(self, global_batch: Dict[str, torch.Tensor]) -> float:
        n = global_batch["input_ids"].size(0)
        starts = range(0, n, self.mini_batch)
        loss_fn = partial(async_safe_ce, loss_scaling_factor=1.0 / len(starts))
        self.optimizer.zero_grad()
        acc_loss = torch.zeros(1)
        for i in starts:
            mb = {k: v[i : i + self.mini_batch] for k, v in global_batch.items()}
            loss = loss_fn(self.model(mb["input_ids"]), mb["label_ids"])
            loss.backward()
            acc_loss += loss.detach()
        if self.max_grad_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.max_grad_norm)
        self.optimizer.step()
        return acc_loss.item()
