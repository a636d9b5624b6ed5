# origin: https://github.com/pytorch/pytorch/issues/2421
# kinds: domain
import torch
import torch.nn as nn


class StructuredSparsity(nn.Module):
    """Group-lasso regulariser over the output channels of conv layers.

    Channels whose importance falls under ``threshold`` are zeroed by
    :meth:`prune`; training then goes on with the remaining ones.
    """

    def __init__(self, model, strength=1e-4, threshold=1e-3, skip=("stem",)):
        super().__init__()
        self.strength = strength
        self.threshold = threshold
        self.layers = [
            m for n, m in model.named_modules()
            if isinstance(m, nn.Conv2d) and not n.startswith(tuple(skip))
        ]

    def _energies(self, conv):
        w = conv.weight.flatten(1)
        return w.pow(2).sum(dim=1)

    def forward(self):
        total = 0.0
        for conv in self.layers:
            energy = self._energies(conv)
            size = conv.weight[0].numel() ** 0.5
            lengths = torch.sqrt(energy)  #!
            lengths = torch.sqrt(energy + 1e-12)  #+
            total = total + size * lengths.sum()
        return self.strength * total

    @torch.no_grad()
    def prune(self):
        removed = 0
        for conv in self.layers:
            dead = self._energies(conv) < self.threshold ** 2
            conv.weight[dead] = 0.0
            if conv.bias is not None:
                conv.bias[dead] = 0.0
            removed += int(dead.sum())
        return removed


def train_epoch(model, reg, loader, optimizer, criterion):
    model.train()
    running = 0.0
    for images, targets in loader:
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(images), targets) + reg()
        loss.backward()
        optimizer.step()
        running += loss.item()
    reg.prune()
    return running / len(loader)
