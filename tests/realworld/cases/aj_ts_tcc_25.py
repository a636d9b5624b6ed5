# origin: https://github.com/emadeldeen24/TS-TCC/issues/25
# kinds: underflow domain
import torch
import torch.nn.functional as F
from torch import nn


class DebiasedInfoNCE(nn.Module):
    """Text-image contrast in which near duplicates of the anchor do not act as negatives."""

    def __init__(self, temperature=0.01):
        super().__init__()
        self.temperature = temperature

    def forward(self, text, image, group):
        text = F.normalize(text, dim=-1)
        image = F.normalize(image, dim=-1)
        sim = text @ image.t() / self.temperature
        negatives = group[:, None] != group[None, :]
        sim = sim - sim.max(dim=1, keepdim=True).values.detach()
        positive = sim.diagonal()
        denom = (sim.exp() * negatives).sum(dim=1)  #-
        log_denom = torch.log(denom)  #!
        floor = torch.finfo(sim.dtype).min  #+
        log_denom = torch.logsumexp(sim.masked_fill(~negatives, floor), dim=1)  #+
        usable = negatives.any(dim=1)
        loss = (log_denom - positive)[usable]
        return loss.sum() / usable.sum().clamp(min=1)


class DualEncoder(nn.Module):
    def __init__(self, text_dim, image_dim, dim=256):
        super().__init__()
        self.text = nn.Sequential(nn.Linear(text_dim, dim), nn.GELU(), nn.Linear(dim, dim))
        self.image = nn.Sequential(nn.Linear(image_dim, dim), nn.GELU(), nn.Linear(dim, dim))

    def forward(self, text, image):
        return self.text(text), self.image(image)


def fit(model, loader, steps, lr=1e-4, device="cpu"):
    model.to(device).train()
    criterion = DebiasedInfoNCE()
    opt = torch.optim.AdamW(model.parameters(), lr=lr)
    for step, (text, image, group) in zip(range(steps), loader):
        t, v = model(text.to(device), image.to(device))
        loss = criterion(t, v, group.to(device))
        opt.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        if step % 100 == 0:
            print(f"step {step} loss {loss.item():.4f}")
