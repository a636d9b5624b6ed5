# origin: https://github.com/pytorch/pytorch/issues/4320
# kinds: domain
import torch
import torch.nn as nn


class AttentiveStatsPool(nn.Module):
    """Weighted mean and deviation over time for utterance level embeddings."""

    def __init__(self, channels, bottleneck=128):
        super().__init__()
        self.attention = nn.Sequential(
            nn.Conv1d(channels, bottleneck, kernel_size=1),
            nn.ReLU(),
            nn.BatchNorm1d(bottleneck),
            nn.Conv1d(bottleneck, channels, kernel_size=1),
        )

    def forward(self, x):
        w = torch.softmax(self.attention(x), dim=2)
        mu = torch.sum(w * x, dim=2)
        spread = torch.sum(w * (x - mu.unsqueeze(2)) ** 2, dim=2)
        sg = spread ** 0.5  #!
        sg = spread.clamp(min=1e-6) ** 0.5  #+
        return torch.cat([mu, sg], dim=1)


class XVector(nn.Module):
    def __init__(self, n_mels=80, channels=512, emb_dim=192):
        super().__init__()
        self.frontend = nn.Sequential(
            nn.Conv1d(n_mels, channels, 5, padding=2),
            nn.ReLU(),
            nn.Conv1d(channels, channels, 3, dilation=2, padding=2),
            nn.ReLU(),
        )
        self.pool = AttentiveStatsPool(channels)
        self.head = nn.Linear(2 * channels, emb_dim)

    def forward(self, mels):
        return self.head(self.pool(self.frontend(mels)))


def training_step(model, classifier, criterion, optimizer, batch):
    mels, labels = batch
    optimizer.zero_grad()
    logits = classifier(model(mels))
    loss = criterion(logits, labels)
    loss.backward()
    optimizer.step()
    return loss.item(), (logits.argmax(1) == labels).float().mean().item()
