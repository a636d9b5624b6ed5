# origin: https://github.com/pytorch/ao/pull/1124
# kinds: precision
import copy

import torch
import torch.nn as nn
import torch.nn.functional as F


class WeightAverager:
    """Exponential moving average of the generator, used for evaluation."""

    def __init__(self, model, decay=0.9999):
        self.decay = decay
        self.average = copy.deepcopy(model).eval().requires_grad_(False)
        self.average.float()  #+
        self.updates = 0

    @torch.no_grad()
    def update(self, model):
        self.updates += 1
        for avg, p in zip(self.average.parameters(), model.parameters()):
            avg.lerp_(p.to(avg.dtype), 1.0 - self.decay)  #*
        for avg, b in zip(self.average.buffers(), model.buffers()):
            avg.copy_(b)

    def state_dict(self):
        return {"average": self.average.state_dict(), "updates": self.updates}


class Vocoder(nn.Module):
    def __init__(self, n_mels=80, width=256, hop=256):
        super().__init__()
        self.inp = nn.Conv1d(n_mels, width, 7, padding=3)
        self.mid = nn.ModuleList(nn.Conv1d(width, width, 7, padding=3) for _ in range(4))
        self.out = nn.Conv1d(width, hop, 7, padding=3)

    def forward(self, mel):
        x = self.inp(mel)
        for conv in self.mid:
            x = x + conv(F.leaky_relu(x, 0.1))
        return torch.tanh(self.out(x)).transpose(1, 2).flatten(1)


def train(loader, steps, device="cuda"):
    model = Vocoder().to(device, torch.bfloat16)
    averager = WeightAverager(model)
    master = [p.detach().float().clone().requires_grad_(True) for p in model.parameters()]
    optimizer = torch.optim.AdamW(master, lr=2e-4, betas=(0.8, 0.99))
    for _, (mel, wav) in zip(range(steps), loader):
        pred = model(mel.to(device, torch.bfloat16)).float()
        loss = F.l1_loss(pred, wav.to(device))
        model.zero_grad(set_to_none=True)
        loss.backward()
        for m, p in zip(master, model.parameters()):
            m.grad = p.grad.float()
        optimizer.step()
        with torch.no_grad():
            for m, p in zip(master, model.parameters()):
                p.copy_(m)
        averager.update(model)
    return averager.average
