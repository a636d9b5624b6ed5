"""Mixed precision with accumulation and clipping; the scale grows every few steps and is taken back by an overflow now and then."""
import argparse

import torch
from torch import nn
from torch.amp import GradScaler, autocast


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("--updates", type=int, default=60)
    p.add_argument("--accumulate", type=int, default=2)
    p.add_argument("--growth-interval", type=int, default=5)
    p.add_argument("--init-scale", type=float, default=2.0 ** 22)
    return p.parse_args()


def moons(n, gen):
    y = torch.randint(0, 2, (n,), generator=gen)
    t = torch.rand(n, generator=gen) * 3.1416
    x = torch.stack([torch.where(y == 0, t.cos(), 1 - t.cos()), torch.where(y == 0, t.sin(), 0.5 - t.sin())], 1)
    return x + 0.1 * torch.randn(n, 2, generator=gen), y


def main():
    args = parse()
    torch.manual_seed(70)
    gen = torch.Generator().manual_seed(70)
    model = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
    opt = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
    scaler = GradScaler("cpu", init_scale=args.init_scale, growth_interval=args.growth_interval)
    skipped = 0
    for update in range(args.updates):
        opt.zero_grad()
        total = 0.0
        for _ in range(args.accumulate):
            x, y = moons(64, gen)
            with autocast("cpu", dtype=torch.float16):
                logits = model(x)
            loss = nn.functional.cross_entropy(logits.float(), y) / args.accumulate
            scaler.scale(loss).backward()
            total += loss.item()
        scaler.unscale_(opt)
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        before = scaler.get_scale()
        scaler.step(opt)
        scaler.update()
        skipped += scaler.get_scale() < before
        if update % 10 == 0:
            print(f"update {update} loss {total:.4f} norm {norm.item():.3f} scale {scaler.get_scale():.0f} skipped {skipped}")


if __name__ == "__main__":
    main()
