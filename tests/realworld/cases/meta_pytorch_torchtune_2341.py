# origin: https://github.com/meta-pytorch/torchtune/issues/2341
# kinds: domain
import torch
import torch.nn.functional as F


class CEWithChunkedOutputLoss(torch.nn.Module):
    def __init__(self, num_output_chunks=8, ignore_index=-100):
        super().__init__()
        self.num_output_chunks = num_output_chunks
        self.ignore_index = ignore_index

    def compute_cross_entropy(self, logits, labels):
        return F.cross_entropy(logits.float(), labels, ignore_index=self.ignore_index, reduction="sum")

    def forward(self, logits, labels):
        total_elements = (labels != self.ignore_index).sum()
        labels = [t.reshape(-1) for t in labels.chunk(self.num_output_chunks, dim=1)]
        total_loss = 0.0
        for logits_chunk, labels_chunk in zip(logits, labels):
            total_loss += self.compute_cross_entropy(logits_chunk, labels_chunk)
        return total_loss / total_elements  #!
        return total_loss / total_elements.clamp(min=1)  #+
