"""Worst error of every operation in ulp, value and gradient, in four formats, against mpmath.

`python benchmarks/ops_accuracy.py [--json] [--compile] [--format float32] [--count 4000] [--seed 0] [names...]`. Pointwise
operations: inputs are drawn by their bits (every exponent and the subnormals alike), at everyday sizes, and
densely around branch points and roots. Reductions, norms, losses and densities: rows of numbers of random
sizes, a twentieth as many. Exit status
1 if a target is missed: the case's own in float64 and float32, 0.51 ulp in half formats, 4 subnormals below the
normal range.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace

import torch
from ops_cases import CASES, ROW_CASES
from ops_harness import FORMATS, Case, Error, measure
from ops_rows import RowCase, measure_rows

HALF, SUBNORMAL = 0.51, 4.0


def errors(
    case: Case | RowCase, dtype: torch.dtype, count: int, seed: int, compiled: bool = False
) -> tuple[Error, list[Error]]:
    """Errors of the value and of the slopes, as the operation is or as inductor compiles it."""
    if compiled:
        torch.compiler.reset()
        case = replace(case, ours=torch.compile(case.ours))
    if isinstance(case, Case):
        return measure(case, dtype, count, seed)
    value, slope = measure_rows(case, dtype, max(count // 20, 20), seed)
    return value, [slope]


def missed(case: Case | RowCase, fmt: str, value: Error, slopes: list[Error]) -> list[str]:
    """What is above its target, in words."""
    half = FORMATS[fmt].itemsize == 2
    rows = [("value", value, case.target[0])] + [
        (f"slope {i}", s, case.target[1]) for i, s in enumerate(slopes)
    ]
    found: list[str] = []
    for what, error, target in rows:
        if error.worst > (HALF if half else target):
            found.append(f"{what} {error.worst:.4g} ulp at {error.at}")
        if error.subnormal > SUBNORMAL:
            found.append(f"{what} {error.subnormal:.4g} subnormals")
        if error.wrong_nonfinite:
            found.append(f"{what} not finite at {error.at}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--compile", action="store_true", help="measure what torch.compile makes of them")
    parser.add_argument("--format", choices=FORMATS, help="one format; all by default")
    options = parser.parse_args()
    torch.set_num_threads(1)
    results: dict[str, dict[str, dict[str, object]]] = {}
    failed = 0
    for case in (c for c in (*CASES, *ROW_CASES) if not options.names or c.name in options.names):
        for fmt, dtype in FORMATS.items():
            if options.format not in (None, fmt):
                continue
            value, slopes = errors(case, dtype, options.count, options.seed, options.compile)
            problems = missed(case, fmt, value, slopes)
            failed += bool(problems)
            results.setdefault(case.name, {})[fmt] = {
                "value": value.worst, "gradient": [s.worst for s in slopes], "points": value.points,
                "target": [HALF, HALF] if dtype.itemsize == 2 else list(case.target), "missed": problems,
            }  # fmt: skip
            if not options.json:
                grads = ", ".join(f"{s.worst:.3g}" for s in slopes)
                row = f"{case.name:26} {fmt:9} value {value.worst:6.3g} gradient {grads:20}"
                print(row, "; ".join(problems), flush=True)
    if options.json:
        print(json.dumps(results, indent=1))
    print(f"{failed} of {sum(map(len, results.values()))} combinations above their target", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
