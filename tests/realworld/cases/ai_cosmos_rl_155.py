# origin: https://github.com/nvidia-cosmos/cosmos-rl/pull/155
# kinds: domain
from typing import Optional

import torch
import torch.nn.functional as F

IGNORE_LABEL_ID = -100


def async_safe_ce(
    output: torch.Tensor,
    target: torch.LongTensor,
    ignore_index: int = IGNORE_LABEL_ID,
    loss_scaling_factor: float = 1.0,
    output_packing_mask: Optional[torch.Tensor] = None,
    target_packing_mask: Optional[torch.Tensor] = None,
) -> torch.Tensor:
    """Next-token cross entropy for SFT; shifts by one unless the batch is packed."""
    if output_packing_mask is not None:
        output = output[output_packing_mask].contiguous().view(-1, output.size(-1)).float()
        target = target[target_packing_mask].contiguous().view(-1)
    else:
        output = output[:, :-1].contiguous().view(-1, output.size(-1)).float()
        target = target[:, 1:].contiguous().view(-1)
    if not (target != ignore_index).any():  #+
        return output.sum() * 0.0  #+
    loss = F.cross_entropy(output, target, ignore_index=ignore_index)  #*
    return loss * loss_scaling_factor


def build_labels(input_ids, assistant_spans, max_len, pad_id):
    """Only assistant tokens are supervised; everything past max_len is dropped."""
    labels = [IGNORE_LABEL_ID] * len(input_ids)
    for start, end in assistant_spans:
        labels[start:end] = input_ids[start:end]
    ids, labels = input_ids[:max_len], labels[:max_len]
    pad = max_len - len(ids)
    return ids + [pad_id] * pad, labels + [IGNORE_LABEL_ID] * pad


class SFTTrainer:
    def __init__(self, model, optimizer, mini_batch=1, grad_norm_clip=1.0):
        self.model = model
        self.optimizer = optimizer
        self.mini_batch = mini_batch
        self.grad_norm_clip = grad_norm_clip

    def step_training(self, batch):
        input_ids, labels = batch["input_ids"], batch["label_ids"]
        n = max(1, (input_ids.size(0) + self.mini_batch - 1) // self.mini_batch)
        total = torch.zeros((), device=input_ids.device)
        self.optimizer.zero_grad()
        for ids, lab in zip(input_ids.split(self.mini_batch), labels.split(self.mini_batch)):
            logits = self.model(ids)
            loss = async_safe_ce(logits, lab, loss_scaling_factor=1.0 / n)
            loss.backward()
            total += loss.detach()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.grad_norm_clip)
        self.optimizer.step()
        return total.item()
