# origin: https://github.com/pytorch/pytorch/issues/108618
# kinds: domain
import torch
import torch.nn as nn


def log_linear(x, knee=2.0):
    """Linear up to the knee, logarithmic above it."""
    return torch.where(x > knee, torch.log2(x), 2 * x)  #!
    above = x > knee  #+
    safe_x = torch.where(above, x, torch.full_like(x, knee))  #+
    return torch.where(above, torch.log2(safe_x), 2 * x)  #+


class CountEncoder(nn.Module):
    """Embeds non-negative event counts with learnable per-feature gains."""

    def __init__(self, num_features, hidden, dropout=0.1):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(num_features))
        self.mlp = nn.Sequential(
            nn.Linear(num_features, hidden),
            nn.LayerNorm(hidden),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
        )

    def forward(self, counts):
        scaled = counts.float() * self.gain.abs()
        return self.mlp(log_linear(scaled))


class EventClassifier(nn.Module):
    def __init__(self, num_features, num_classes, hidden=64):
        super().__init__()
        self.encoder = CountEncoder(num_features, hidden)
        self.head = nn.Linear(hidden, num_classes)

    def forward(self, counts):
        return self.head(self.encoder(counts))


def main():
    torch.manual_seed(0)
    model = EventClassifier(16, 4)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    criterion = nn.CrossEntropyLoss()
    for step in range(100):
        counts = torch.poisson(torch.full((32, 16), 3.0))
        labels = torch.randint(0, 4, (32,))
        optimizer.zero_grad()
        loss = criterion(model(counts), labels)
        loss.backward()
        optimizer.step()
        if step % 20 == 0:
            print(step, loss.item())


if __name__ == "__main__":
    main()
