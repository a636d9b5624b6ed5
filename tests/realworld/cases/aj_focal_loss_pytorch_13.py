# origin: https://github.com/clcarwin/focal_loss_pytorch/issues/13
# kinds: domain
import torch
import torch.nn.functional as F
from torch import nn


class GeneralizedCrossEntropy(nn.Module):
    """Noise robust loss between MAE (q = 1) and cross entropy (q -> 0)."""

    def __init__(self, q=0.7, num_classes=10, class_weight=None):
        super().__init__()
        if not 0.0 < q <= 1.0:
            raise ValueError(f"q must be in (0, 1], got {q}")
        self.q = q
        self.num_classes = num_classes
        if class_weight is not None:
            class_weight = torch.as_tensor(class_weight, dtype=torch.float32)
        self.register_buffer("class_weight", class_weight)

    def forward(self, logits, labels):
        probs = F.softmax(logits, dim=-1)
        p_y = probs.gather(1, labels.unsqueeze(1)).squeeze(1)
        p_y = p_y.clamp(min=1e-7)  #+
        loss = (1.0 - p_y**self.q) / self.q  #*
        if self.class_weight is not None:
            loss = loss * self.class_weight[labels]
        return loss.mean()


class NoisyLabelTrainer:
    def __init__(self, model, num_classes, warmup_epochs=5, lr=0.02):
        self.model = model
        self.warmup_epochs = warmup_epochs
        self.robust = GeneralizedCrossEntropy(q=0.7, num_classes=num_classes)
        self.optim = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=5e-4)

    def epoch(self, loader, epoch, device="cpu"):
        self.model.train()
        running, seen = 0.0, 0
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            logits = self.model(images)
            if epoch < self.warmup_epochs:
                loss = F.cross_entropy(logits, labels)
            else:
                loss = self.robust(logits, labels)
            self.optim.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
            self.optim.step()
            running += loss.item() * labels.numel()
            seen += labels.numel()
        return running / max(seen, 1)
