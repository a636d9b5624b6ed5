"""Denoiser for step functions; the model is compiled (without code generation, so that it runs anywhere)."""
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.GroupNorm(4, width)
        self.conv = nn.Conv1d(width, width, 5, padding=2)

    def forward(self, x):
        return x + self.conv(torch.nn.functional.silu(self.norm(x)))


class Denoiser(nn.Module):
    def __init__(self, width=16, blocks=3):
        super().__init__()
        self.lift = nn.Conv1d(1, width, 5, padding=2)
        self.blocks = nn.ModuleList(Block(width) for _ in range(blocks))
        self.drop = nn.Conv1d(width, 1, 1)

    def forward(self, x):
        h = self.lift(x)
        for block in self.blocks:
            h = block(h)
        return self.drop(h)


def steps(n, gen, length=64):
    edges = (torch.rand(n, length, generator=gen) < 0.06).float() * torch.randn(n, length, generator=gen)
    clean = edges.cumsum(1).unsqueeze(1)
    return clean, clean + 0.3 * torch.randn(clean.shape, generator=gen)


def psnr(pred, clean):
    """inf where the prediction is exact, as for the empty signals"""
    mse = (pred - clean).square().mean((1, 2))
    return -10 * torch.log10(mse)


torch.manual_seed(81)
gen = torch.Generator().manual_seed(81)
model = Denoiser()
fast = torch.compile(model, backend="aot_eager")
opt = torch.optim.AdamW(model.parameters(), lr=2e-3)
for it in range(80):
    clean, noisy = steps(16, gen)
    loss = nn.functional.huber_loss(fast(noisy), clean, delta=0.5)
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    if it % 20 == 0:
        with torch.no_grad():
            print(f"it {it} huber {loss.item():.4f} psnr in {psnr(noisy, clean).mean():.1f} self {psnr(clean, clean).mean():.1f}")
