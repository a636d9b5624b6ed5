"""What watching costs a healthy training step, beside what torch's anomaly mode costs.

    python benchmarks/overhead.py [--json] [--rounds N] [--only transformer|mlp]

A machine's speed drifts by more than the cost in question. So the three ways of running are interleaved in
blocks, each block is compared with the bare one of its own round, and the median of these ratios is given
with a 95 % bootstrap interval. A block's time is the mean of the faster half of its steps, which a busy
neighbour moves less.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import nn

from numsan.watch.loader import Batches
from numsan.watch.rewind import Tape
from numsan.watch.sentinel import Sentinel
from numsan.watch.trips import Trip

WAYS = ("bare", "watched", "anomaly")
Step = Callable[[], None]


def transformer() -> Step:
    """One step of a 6-layer encoder language model, d=256, batch 8, 128 tokens."""
    layer = nn.TransformerEncoderLayer(256, 8, 1024, dropout=0.0, batch_first=True, norm_first=True)
    model = nn.Sequential(nn.Embedding(512, 256), nn.TransformerEncoder(layer, 6, enable_nested_tensor=False))
    head = nn.Linear(256, 512)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], lr=1e-4)
    tokens = torch.randint(512, (8, 129))

    def step() -> None:
        logits = head(model(tokens[:, :-1]))
        loss = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def mlp() -> Step:
    """One step of a 64-wide perceptron with three layers, batch 32, Adam."""
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    x, y = torch.randn(32, 64), torch.randint(10, (32,))

    def step() -> None:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


CASES: dict[str, tuple[Callable[[], Step], int, int]] = {  # name: (program, steps in a block, rounds)
    "transformer": (transformer, 3, 20),
    "mlp": (mlp, 200, 40),
}


def measure(name: str, rounds: int | None) -> dict[str, object]:
    """Milliseconds of a bare step and the paired ratios of the two other ways to it."""
    make, steps, usual = CASES[name]
    sentinel = Sentinel(_unexpected, Tape())
    torch.manual_seed(0)
    with watching(sentinel):
        step = make()
        block(step, steps)
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    for turn in range(rounds or usual):
        gc.collect()
        for way in _order(turn):
            with mode(way, sentinel):
                block(step, max(1, steps // 10))  # the first steps in a mode fill its caches
                times[way].append(block(step, steps))
    return {
        "bare_ms": 1e3 * statistics.median(times["bare"]),
        "rounds": len(times["bare"]),
        **{way: ratio(times[way], times["bare"]) for way in WAYS[1:]},
    }


def block(step: Step, steps: int) -> float:
    """Seconds per step: the mean of the faster half."""
    seen: list[float] = []
    for _ in range(steps):
        start = time.perf_counter()
        step()
        seen.append(time.perf_counter() - start)
    return statistics.fmean(sorted(seen)[: (steps + 1) // 2])


@contextmanager
def mode(way: str, sentinel: Sentinel) -> Iterator[None]:
    if way == "watched":
        with watching(sentinel):
            yield
    else:
        with torch.autograd.set_detect_anomaly(way == "anomaly"):
            yield


@contextmanager
def watching(sentinel: Sentinel) -> Iterator[None]:
    """Everything that `numsan run` switches on for a healthy step."""
    sentinel.arm()
    sentinel.removers += Batches().arm()
    try:
        yield
    finally:
        sentinel.disarm()


def ratio(times: list[float], bare: list[float]) -> dict[str, float]:
    """Median of the paired ratios, and the 95 % interval of that median by resampling rounds."""
    ratios = [mine / theirs for mine, theirs in zip(times, bare, strict=True)]
    rng = random.Random(0)
    medians = sorted(statistics.median(rng.choices(ratios, k=len(ratios))) for _ in range(2000))
    return {"ratio": statistics.median(ratios), "low": medians[50], "high": medians[1949]}


def _order(turn: int) -> list[str]:
    return [WAYS[(turn + k) % len(WAYS)] for k in range(len(WAYS))]


def _unexpected(trip: Trip) -> None:
    raise RuntimeError(f"a healthy step raised an alarm: {trip}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--rounds", type=int, help="blocks per way; more makes the interval narrower")
    parser.add_argument("--only", choices=CASES, help="measure one program")
    args = parser.parse_args()
    cases = {name: measure(name, args.rounds) for name in CASES if args.only in (None, name)}
    about = {"torch": torch.__version__, "threads": torch.get_num_threads(), "cpus": os.cpu_count()}
    if args.json:
        print(json.dumps({**about, "cases": cases}, indent=1))
        return
    for name, case in cases.items():
        print(f"{name}: {case['bare_ms']:.3f} ms a step, {case['rounds']} rounds")
        for way in WAYS[1:]:
            print("  {way:8}  x {ratio:.3f}  [{low:.3f}, {high:.3f}]".format(way=way, **case[way]))


if __name__ == "__main__":
    main()
