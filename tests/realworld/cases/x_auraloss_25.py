# origin: https://github.com/csteinmetz1/auraloss/issues/25
# kinds: domain
import torch
import torch.nn as nn


class SISDRLoss(nn.Module):
    """Negative scale-invariant signal-to-distortion ratio, shape (batch, channels, time)."""

    def __init__(self, zero_mean=True, eps=1e-8, reduction="mean"):
        super().__init__()
        self.zero_mean = zero_mean
        self.eps = eps
        self.reduction = reduction

    def forward(self, estimate, target):
        if self.zero_mean:
            estimate = estimate - estimate.mean(dim=-1, keepdim=True)
            target = target - target.mean(dim=-1, keepdim=True)

        alpha = (estimate * target).sum(-1) / (target ** 2).sum(-1)  #!
        alpha = (estimate * target).sum(-1) / ((target ** 2).sum(-1) + self.eps)  #+
        target = target * alpha.unsqueeze(-1)
        residual = estimate - target

        ratio = (target ** 2).sum(-1) / ((residual ** 2).sum(-1) + self.eps)
        losses = 10 * torch.log10(ratio + self.eps)
        if self.reduction == "mean":
            losses = losses.mean()
        elif self.reduction == "sum":
            losses = losses.sum()
        return -losses


class SeparationTask(nn.Module):
    def __init__(self, network, sources=("vocals", "drums", "bass", "other")):
        super().__init__()
        self.network = network
        self.sources = sources
        self.criterion = SISDRLoss()

    def training_step(self, mixture, stems):
        estimates = self.network(mixture)
        loss = 0.0
        for i, name in enumerate(self.sources):
            loss = loss + self.criterion(estimates[:, i], stems[name])
        return loss / len(self.sources)
