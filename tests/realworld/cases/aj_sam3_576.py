# origin: https://github.com/facebookresearch/sam3/pull/576
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class GeneralizedCrossEntropy(nn.Module):
    """Noise-robust loss (1 - p_y^q) / q; q -> 0 is cross entropy, q = 1 is MAE."""

    def __init__(self, q=0.7, num_classes=14, class_weights=None):
        super().__init__()
        self.q = q
        self.num_classes = num_classes
        self.register_buffer("class_weights", class_weights)

    def forward(self, logits, target):
        p = F.softmax(logits, dim=1)  #-
        p_y = p.gather(1, target[:, None]).squeeze(1)  #-
        loss = (1.0 - p_y.pow(self.q)) / self.q  #!
        logp = F.log_softmax(logits, dim=1)  #+
        logp_y = logp.gather(1, target[:, None]).squeeze(1)  #+
        loss = -torch.expm1(self.q * logp_y) / self.q  #+
        if self.class_weights is not None:
            w = self.class_weights[target]
            return (loss * w).sum() / w.sum()
        return loss.mean()


class ChestXrayHead(nn.Module):
    def __init__(self, in_features=1024, num_classes=14):
        super().__init__()
        self.norm = nn.LayerNorm(in_features)
        self.fc = nn.Linear(in_features, num_classes)

    def forward(self, feats):
        return self.fc(self.norm(feats))


def train_epoch(backbone, head, loader, optimizer, q=0.7, device="cuda"):
    criterion = GeneralizedCrossEntropy(q, head.fc.out_features).to(device)
    total, seen = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = head(backbone(images))
        loss = criterion(logits, labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        seen += len(labels)
    return total / max(seen, 1)
