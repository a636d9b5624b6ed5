# origin: https://github.com/meta-pytorch/torchtune/issues/2341
# kinds: domain
from typing import List

import torch
import torch.nn.functional as F
from torch import nn


class CEWithChunkedOutputLoss(torch.nn.Module):
    """
    Cross-entropy with chunked outputs that saves memory by only upcasting one chunk at a time.

    Args:
        num_output_chunks (int): Number of chunks the sequence is split into.
        ignore_index (int): Label value that is left out of the loss.
    """

    def __init__(self, num_output_chunks: int = 8, ignore_index: int = -100):
        super().__init__()
        self.num_output_chunks = num_output_chunks
        self.ignore_index = ignore_index

    def compute_cross_entropy(
        self, logits: torch.Tensor, labels: torch.Tensor, normalize: bool = True
    ) -> torch.Tensor:
        """Upcast logits to fp32 and compute the summed cross entropy of one chunk."""
        return F.cross_entropy(
            logits.float(), labels, ignore_index=self.ignore_index, reduction="sum"
        )

    def forward(self, logits: List[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        total_elements = (labels != self.ignore_index).sum()

        labels = [
            target_chunk.reshape(-1)
            for target_chunk in labels.chunk(self.num_output_chunks, dim=1)
        ]
        logits = [
            logit_chunk.reshape(-1, logit_chunk.size(-1)) for logit_chunk in logits
        ]

        total_loss = 0.0
        for logits_chunk, labels_chunk in zip(logits, labels):
            total_loss += self.compute_cross_entropy(logits_chunk, labels_chunk)

        return total_loss / total_elements  #!
        return total_loss / total_elements.clamp(min=1)  #+


class OutputHead(nn.Module):
    def __init__(self, embed_dim: int, vocab_size: int, num_output_chunks: int):
        super().__init__()
        self.proj = nn.Linear(embed_dim, vocab_size, bias=False, dtype=torch.bfloat16)
        self.num_output_chunks = num_output_chunks

    def forward(self, h: torch.Tensor) -> List[torch.Tensor]:
        return [self.proj(chunk) for chunk in h.chunk(self.num_output_chunks, dim=1)]


class FullFinetuneRecipe:
    def __init__(self, trunk: nn.Module, head: OutputHead, lr: float = 2e-5):
        self._trunk, self._head = trunk, head
        self._loss_fn = CEWithChunkedOutputLoss(head.num_output_chunks)
        params = list(trunk.parameters()) + list(head.parameters())
        self._optimizer = torch.optim.AdamW(params, lr=lr)

    def _loss_step(self, batch) -> torch.Tensor:
        labels = batch["labels"]
        pad = labels.new_full((labels.shape[0], 1), self._loss_fn.ignore_index)
        labels = torch.hstack((labels[..., 1:], pad))
        return self._loss_fn(self._head(self._trunk(batch["tokens"])), labels)

    def train_step(self, batch) -> float:
        loss = self._loss_step(batch)
        loss.backward()
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return loss.item()
