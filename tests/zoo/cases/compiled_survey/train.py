import argparse

import numpy as np
import torch

from irt import GradedResponse


def answers(people, items, n, seed):
    rng = np.random.default_rng(seed)
    trait, load = rng.normal(size=(people, 2)), rng.uniform(0.5, 1.5, size=(items, 2))
    who, what = rng.integers(0, people, n), rng.integers(0, items, n)
    confidence = rng.uniform(0.5, 1.5, n).astype(np.float32)
    confidence[4324] = 150.0          # typed 150 for 1.50
    p = 1 / (1 + np.exp(-(trait[who] * load[what]).sum(1) * confidence))
    said = (rng.random(n) < p).astype(np.float32)
    return [torch.from_numpy(a) for a in (who, what, said, confidence)]


def run(args):
    torch.manual_seed(args.seed)
    columns = answers(args.people, 40, 6000, args.seed)
    model = GradedResponse(args.people, 40)
    nll = torch.compile(model, backend="aot_eager")
    opt = torch.optim.Adam(model.parameters(), lr=args.lr)
    for step in range(args.steps):
        lo = step * args.batch % 6000
        part = [c[lo:lo + args.batch] for c in columns]
        loss = nll(*part).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 15 == 0:
            print(f"step {step} nll {loss.item():.4f}")


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--people", type=int, default=150)
    ap.add_argument("--batch", type=int, default=120)
    ap.add_argument("--steps", type=int, default=75)
    ap.add_argument("--lr", type=float, default=0.05)
    ap.add_argument("--seed", type=int, default=92)
    run(ap.parse_args())
