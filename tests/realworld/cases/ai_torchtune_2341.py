# origin: https://github.com/meta-pytorch/torchtune/issues/2341
# kinds: domain
from typing import List

import torch
import torch.nn.functional as F


class CEWithChunkedOutputLoss(torch.nn.Module):
    """
    Cross-entropy with chunked outputs that saves memory by only upcasting one chunk at a time.

    Args:
        num_output_chunks (int): Number of chunks to chunk the output into.
        ignore_index (int): Target value that is ignored.
    """

    def __init__(self, num_output_chunks: int = 8, ignore_index: int = -100):
        super().__init__()
        self.num_output_chunks = num_output_chunks
        self.ignore_index = ignore_index

    def compute_cross_entropy(
        self, logits: torch.Tensor, labels: torch.Tensor, normalize: bool = True
    ) -> torch.Tensor:
        """Upcast logits to fp32 and compute cross entropy loss."""
        return F.cross_entropy(
            logits.float(), labels, ignore_index=self.ignore_index, reduction="sum"
        )

    def forward(self, logits: List[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
        total_elements = (labels != self.ignore_index).sum()

        # chunk and reshape labels (bsz, num_tokens) -> [(bsz*num_tokens/num_chunks)]
        labels = [
            target_chunk.reshape(-1)
            for target_chunk in labels.chunk(self.num_output_chunks, dim=1)
        ]
        # reshape logits [(bsz, num_tokens/num_chunks, vocab)]
        logits = [
            logit_chunk.reshape(-1, logit_chunk.size(-1)) for logit_chunk in logits
        ]

        total_loss = 0.0
        for logits_chunk, labels_chunk in zip(logits, labels):
            total_loss += self.compute_cross_entropy(logits_chunk, labels_chunk)

        return total_loss / total_elements  #!
        return total_loss / total_elements.clamp(min=1)  #+


def loss_step(model, batch, loss_fn):
    labels = batch.pop("labels")
    hidden = model.backbone(batch["tokens"])
    logits = [model.output(chunk) for chunk in hidden.chunk(loss_fn.num_output_chunks, dim=1)]
    # Shift labels to compute loss, the last column is ignored
    ignore = torch.full_like(labels[..., :1], loss_fn.ignore_index)
    labels = torch.hstack((labels[..., 1:], ignore))
    return loss_fn(logits, labels)


def train(model, dataloader, optimizer, loss_fn, max_steps=None):
    for step, batch in enumerate(dataloader):
        if max_steps is not None and step >= max_steps:
            break
        loss = loss_step(model, batch, loss_fn)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
