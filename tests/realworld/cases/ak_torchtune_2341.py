# origin: https://github.com/meta-pytorch/torchtune/issues/2341
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F

UNCERTAIN = -1

FINDINGS = ("atelectasis", "cardiomegaly", "edema", "effusion", "pneumothorax", "fracture")


class PartialLabelBCE(nn.Module):
    """BCE for reports in which a finding may be uncertain or not mentioned.

    The loss is averaged per finding first so that rare findings count as much
    as common ones.
    """

    def __init__(self, pos_weight=None, smoothing=0.0):
        super().__init__()
        self.register_buffer("pos_weight", pos_weight)
        self.smoothing = smoothing

    def forward(self, logits, labels):
        known = labels != UNCERTAIN
        target = labels.clamp(min=0).to(logits.dtype)
        if self.smoothing:
            target = target * (1 - self.smoothing) + 0.5 * self.smoothing
        raw = F.binary_cross_entropy_with_logits(
            logits, target, reduction="none", pos_weight=self.pos_weight
        )
        per_finding = (raw * known).sum(0) / known.sum(0)  #!
        per_finding = (raw * known).sum(0) / known.sum(0).clamp(min=1)  #+
        return per_finding.mean(), per_finding.detach()


class ChestModel(nn.Module):
    def __init__(self, backbone, feature_dim, smoothing=0.05):
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(feature_dim, len(FINDINGS))
        self.criterion = PartialLabelBCE(smoothing=smoothing)

    def training_step(self, batch, logger=None):
        logits = self.head(self.backbone(batch["image"]))
        loss, parts = self.criterion(logits, batch["labels"])
        if logger is not None:
            for name, value in zip(FINDINGS, parts.tolist()):
                logger.log(f"train/{name}", value)
        return loss
