"""CPU seconds of each operation against the naive form and torch's own: forward and backward, one thread.

`python benchmarks/ops_speed.py [--json] [--compile] [names...]`; ratios are to the naive form, medians of
interleaved runs.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import torch
from ops_cases import CASES
from ops_harness import Case

Run = Callable[[], Any]


def seconds(runs: dict[str, Run], rounds: int) -> dict[str, float]:
    """Least CPU seconds of each run, taken in turns so that a busy machine slows all alike."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for round_number in range(rounds + 2):
        for name, run in runs.items():
            start = time.process_time()
            run()
            if round_number >= 2:
                taken[name].append(time.process_time() - start)
    return {name: min(t) for name, t in taken.items()}


def arguments(case: Case, count: int) -> tuple[torch.Tensor, ...]:
    """Ordinary float32 arguments inside the domain."""
    generator = torch.Generator().manual_seed(0)
    columns = list(torch.randn(len(case.slopes), 4 * count, generator=generator).mul(1.5))
    if case.name == "log_mix":
        columns[0] = columns[0].abs() % 0.9 + 0.05
    probe = torch.tensor(
        [case.domain(*row) for row in zip(*(c[:4000].tolist() for c in columns), strict=True)]
    )
    picked = [c[:4000][probe] for c in columns]
    repeats = -(-count // len(picked[0]))
    return tuple(c.repeat(repeats)[:count].clone().requires_grad_() for c in picked)


def both_ways(function: Callable[..., torch.Tensor], args: tuple[torch.Tensor, ...]) -> Run:
    ones = torch.ones_like(args[0])
    return lambda: torch.autograd.grad(function(*args), args, ones)


def measure(case: Case, count: int, rounds: int, compiled: bool) -> dict[str, float]:
    args = arguments(case, count)
    assert case.naive is not None
    forms = {"ours": case.ours, "naive": case.naive}
    if compiled:
        torch.compiler.reset()
        forms = {name: torch.compile(f) for name, f in forms.items()}
    times = seconds({name: both_ways(f, args) for name, f in forms.items()}, rounds)
    return {**{k: v * 1e3 for k, v in times.items()}, "ratio": times["ours"] / times["naive"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--compile", action="store_true", help="compare both forms under torch.compile")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    torch.set_num_threads(1)
    results: dict[str, dict[str, float]] = {}
    for case in CASES:
        if case.naive and (not options.names or case.name in options.names):
            results[case.name] = measure(case, options.count, options.rounds, options.compile)
            if not options.json:
                r = results[case.name]
                print(
                    f"{case.name:24} {r['ours']:8.2f} ms {r['naive']:8.2f} ms  x{r['ratio']:.2f}", flush=True
                )
    if options.json:
        print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
