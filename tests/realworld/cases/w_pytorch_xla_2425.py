# origin: https://github.com/pytorch/xla/pull/2425
# kinds: precision
import torch
import torch.nn as nn


class RunningMean:
    def __init__(self, device, dtype):
        self.total = torch.zeros((), device=device, dtype=dtype)
        self.count = 0

    def update(self, value, n):
        self.total += value.detach() * n
        self.count += n

    def value(self):
        return self.total.item() / max(self.count, 1)


def make_model(vocab_size, dim, device):
    model = nn.Sequential(nn.Embedding(vocab_size, dim), nn.Linear(dim, vocab_size))
    return model.to(device=device, dtype=torch.bfloat16)


@torch.no_grad()
def validate(model, loader, device):
    model.eval()
    meter = RunningMean(device, dtype=torch.bfloat16)  #!
    meter = RunningMean(device, dtype=torch.float32)  #+
    for tokens, targets in loader:
        logits = model(tokens.to(device))
        loss = nn.functional.cross_entropy(
            logits.float().flatten(0, 1), targets.to(device).flatten()
        )
        meter.update(loss, targets.numel())
    return meter.value()
