# origin: https://github.com/nvidia-cosmos/cosmos-rl/pull/155
# kinds: domain
import torch
import torch.nn.functional as F


class SFTTrainer:
    def __init__(self, model, optimizer):
        self.model = model
        self.optimizer = optimizer

    def loss(self, logits, labels):
        shift_logits = logits[..., :-1, :].contiguous().view(-1, logits.size(-1))
        shift_labels = labels[..., 1:].contiguous().view(-1)
        return F.cross_entropy(shift_logits.float(), shift_labels, ignore_index=-100)  #!
        total = F.cross_entropy(shift_logits.float(), shift_labels, ignore_index=-100, reduction="sum")  #+
        return total / (shift_labels != -100).sum().clamp(min=1)  #+

    def step(self, batch):
        loss = self.loss(self.model(batch["input_ids"]).logits, batch["labels"])
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
