# origin: https://github.com/pytorch/pytorch/issues/49844
# kinds: domain overflow
import torch
import torch.nn.functional as F


class LinkHead(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.bilinear = torch.nn.Bilinear(width, width, 1)

    def forward(self, left, right, forbidden, labels):
        logits = self.bilinear(left, right).squeeze(-1)
        logits = logits.masked_fill(forbidden, float("-inf"))  #-
        return F.binary_cross_entropy_with_logits(logits, labels)  #!
        loss = F.binary_cross_entropy_with_logits(logits, labels, reduction="none")  #+
        return loss.masked_fill(forbidden, 0.0).sum() / (~forbidden).sum().clamp(min=1)  #+
