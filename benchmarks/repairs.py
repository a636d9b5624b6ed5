"""For which rules does `numsan run` find a repair, and does the repair cure the program?

    python benchmarks/repairs.py [--json] [--jobs N] [CODE ...]

The failing example of every rule that can be executed becomes a training program: its inputs are trained, or wait
beside a parameter that is; the loss is its result. The program runs under `numsan run`; a verified diff is applied with
`patch -p1`, and the patched program is run again, bare, with a look at every loss and gradient. It prints one row for
each rule: the rule that was blamed, whether a repair was verified, whether the patched program is finite to its end.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from numsan import rules
from numsan.core.rule import Example, Rule

PROGRAM = """
import torch
{given}

weight = torch.nn.Parameter(torch.zeros(()))
given = [v for v in list(globals().values()) if isinstance(v, torch.Tensor) and v.is_leaf and v.requires_grad]
optimizer = torch.optim.SGD(given, lr=1e-6)
for step in range(40):
    {bad}
    loss = y.float().mean() + weight
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
PROBE = """
import runpy, torch
step = torch.optim.SGD.step
def probed(self, *a, **k):
    for group in self.param_groups:
        for p in group["params"]:
            assert p.grad is None or torch.isfinite(p.grad).all(), "a gradient is not finite"
    step(self, *a, **k)
    probed.steps += 1
probed.steps = 0
torch.optim.SGD.step = probed
space = runpy.run_path("train.py", run_name="__main__")
assert torch.isfinite(space["loss"]), "the loss is not finite"
assert probed.steps == 40
"""


def program(example: Example) -> str:
    bad = textwrap.indent(textwrap.dedent(example.bad).strip(), "    ").lstrip()
    return PROGRAM.format(given=textwrap.dedent(example.given).strip(), bad=bad).lstrip()


def measured(rule: Rule, example: Example) -> dict[str, Any]:
    row: dict[str, Any] = {
        "rule": rule.code,
        "name": rule.name,
        "blamed": None,
        "verified": False,
        "works": None,
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "train.py").write_text(program(example), encoding="utf-8")
        _python(folder, "-m", "numsan", "run", "--quiet", "--json", "r.json", "train.py")
        report = json.loads((folder / "r.json").read_text("utf-8"))
        if not report["findings"]:
            return row
        first = report["findings"][0]
        fix = first["fix"] or {}
        row |= {"blamed": first["code"], "verified": fix.get("verified", False), "fix": fix.get("summary")}
        if row["verified"]:
            patch = ["patch", "-p1", "--silent"]
            done = subprocess.run(patch, cwd=folder, input=fix["diff"], text=True, check=False)
            row["works"] = done.returncode == 0 and _python(folder, "-c", PROBE) == 0
    return row


def _python(folder: Path, *words: str) -> int:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, check=False
    )
    return done.returncode


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("codes", nargs="*", metavar="CODE", help="rules to measure; all without it")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--jobs", type=int, default=1, help="programs at a time")
    args = parser.parse_args()
    cases = [
        (rule, next(e for e in rule.examples if e.given and e.run))
        for rule in rules.load().values()
        if any(e.given and e.run for e in rule.examples) and (not args.codes or rule.code in args.codes)
    ]
    with ThreadPoolExecutor(args.jobs) as pool:
        rows = list(pool.map(lambda case: measured(*case), cases))
    if args.json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        fix = f"{row['fix']}" if row["verified"] else ""
        said = {True: "works", False: "DOES NOT WORK", None: ""}[row["works"]]
        print(f"{row['rule']} {row['name']:32} {row['blamed'] or 'no failure':10} {said:6} {fix}")
    verified = [r for r in rows if r["verified"]]
    print(
        f"{len(rows)} programs: {sum(r['blamed'] is not None for r in rows)} fail, "
        f"{sum(r['blamed'] == r['rule'] for r in rows)} by the rule they stand for, {len(verified)} repairs verified, "
        f"{sum(r['works'] for r in verified)} of them work"
    )


if __name__ == "__main__":
    main()
