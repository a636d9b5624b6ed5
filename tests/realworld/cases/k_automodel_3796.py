# origin: https://github.com/NVIDIA-NeMo/Automodel/issues/3796
# kinds: domain
from typing import Optional

import torch
import torch.nn.functional as F


def compute_cross_entropy(logits, targets, ignore_index=-100):
    return F.cross_entropy(logits.float(), targets, ignore_index=ignore_index, reduction="sum")


class ChunkedCrossEntropy:
    def __init__(self, chunk_len: int = 32, compile: bool = False, ignore_index: int = -100):
        self.chunk_len = chunk_len
        self.ignore_index = ignore_index

    def __call__(self, logits, labels, mask: Optional[torch.Tensor] = None, num_label_tokens: Optional[int] = None):
        if mask is not None:
            labels = labels.masked_fill(mask.view(-1) == 0, self.ignore_index)
        n_chunks = max(labels.numel() // self.chunk_len, 1)
        loss = 0.0
        for logits_chunk, targets_chunk in zip(logits.chunk(n_chunks), labels.chunk(n_chunks)):
            loss = loss + compute_cross_entropy(logits_chunk, targets_chunk, self.ignore_index)
        if num_label_tokens is None:
            num_label_tokens = (labels != self.ignore_index).sum().detach()
        if num_label_tokens == 0:  #+
            return loss * 0.0  #+
        return loss / num_label_tokens  #*


class TrainRecipe:
    def __init__(self, model, optimizer, loss_fn: ChunkedCrossEntropy):
        self.model, self.optimizer, self.loss_fn = model, optimizer, loss_fn

    def forward_backward_step(self, batches):
        for batch in batches:
            labels = batch.pop("labels")
            out = self.model(**batch)
            loss = self.loss_fn(out.logits.flatten(0, 1), labels.flatten(), mask=batch.get("loss_mask"))
            loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
