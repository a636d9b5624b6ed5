# origin: https://github.com/HobbitLong/SupContrast/pull/142
# kinds: domain
from __future__ import annotations

import torch
from pytorch_lightning import LightningModule


class SupConModule(LightningModule):
    def __init__(self, backbone, head, temperature: float = 0.07, **optim_kwargs):
        super().__init__()
        self.backbone, self.head = backbone, head
        self.temperature = temperature
        self.optim_kwargs = {"lr": 0.05, "momentum": 0.9, **optim_kwargs}

    @staticmethod
    def positives(labels: torch.Tensor) -> torch.Tensor:
        same = torch.eq(labels[:, None], labels[None, :]).float()
        return same - torch.eye(len(labels), device=labels.device)

    def criterion(self, z: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        logits = z @ z.t() / self.temperature
        logits = logits - logits.max(dim=1, keepdim=True).values.detach()
        log_prob = torch.log_softmax(logits, dim=1)
        mask = self.positives(labels)
        n_positives = mask.sum(dim=1)
        n_positives = torch.where(n_positives < 1e-6, torch.ones_like(n_positives), n_positives)  #+
        mean_log_prob_pos = (mask * log_prob).sum(dim=1) / n_positives  #*
        return -mean_log_prob_pos.mean()

    def training_step(self, batch, batch_idx):
        images, labels = batch
        z = torch.nn.functional.normalize(self.head(self.backbone(images)), dim=1)
        loss = self.criterion(z, labels)
        self.log("loss", loss, prog_bar=True)
        return loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), **self.optim_kwargs)
