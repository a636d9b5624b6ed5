# origin: https://github.com/meta-pytorch/torchtune/issues/2341
# kinds: domain
from typing import List

import torch
import torch.nn.functional as F


class CEWithChunkedOutputLoss(torch.nn.Module):
    def __init__(self, num_output_chunks: int = 8, ignore_index: int = -100):
        super().__init__()
        self.num_output_chunks = num_output_chunks
        self.ignore_index = ignore_index

    def compute_cross_entropy(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(logits.float(), labels, ignore_index=self.ignore_index, reduction="sum")

    def forward(self, logits: List[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        total_elements = (labels != self.ignore_index).sum()
        labels = [chunk.reshape(-1) for chunk in labels.chunk(self.num_output_chunks, dim=1)]
        logits = [chunk.reshape(-1, chunk.size(-1)) for chunk in logits]
        total_loss = 0.0
        for logits_chunk, labels_chunk in zip(logits, labels):
            total_loss += self.compute_cross_entropy(logits_chunk, labels_chunk)
        return total_loss / total_elements  #!
        return total_loss / total_elements.clamp(min=1)  #+


class Recipe:
    def __init__(self, cfg, model, optimizer, loader):
        self.cfg, self._model, self._optimizer, self._dataloader = cfg, model, optimizer, loader
        self._loss_fn = CEWithChunkedOutputLoss()

    def _loss_step(self, batch):
        labels = batch.pop("labels")
        logits = self._model(**batch)
        labels = torch.hstack((labels[..., 1:], torch.full_like(labels[..., :1], self._loss_fn.ignore_index)))
        return self._loss_fn(logits, labels)

    def train(self):
        for step, batch in enumerate(self._dataloader):
            loss = self._loss_step(batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self._model.parameters(), self.cfg.clip_grad_norm)
            self._optimizer.step()
            self._optimizer.zero_grad(set_to_none=True)
