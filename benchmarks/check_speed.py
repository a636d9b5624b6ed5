"""How long `numsan check` takes, beside ruff and torchfix on the same files in the same run.

    python benchmarks/check_speed.py [--json] [--corpus FOLDER] [--sample N] [--rounds N]

The corpus is the installed transformers. All of it is checked cold (no cache), then from the cache; ruff does
the same. torchfix needs minutes for all of it, so the three are also compared on every n-th file. In each round
the tools take turns, and the median of a tool's times and of its ratios to numsan within a round are given.
Seconds are wall time; `cpu` adds up all processes.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ONE_FILE = "import torch\n\n\ndef nll(x):\n    return -torch.log(torch.softmax(x, -1)).mean()\n"


@dataclass(frozen=True, slots=True)
class Took:
    wall: float
    cpu: float


def timed(command: list[str]) -> Took:
    """One run of a command. A linter's status is 0 or 1; anything else ends the benchmark."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(f"check_speed: {' '.join(command[:6])} ended with {done.returncode}: {done.stderr[-400:]}")
    return Took(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def numsan(*options: str) -> list[str]:
    return [sys.executable, "-m", "numsan", "check", "--exit-zero", "--format", "concise", *options]


def tools() -> dict[str, list[str]]:
    """Commands that check files named at their end, without a cache; those that are not installed are left out."""
    found = {"numsan": numsan("--no-cache")}
    beside = Path(sys.executable).with_name("ruff")
    ruff = str(beside) if beside.exists() else shutil.which("ruff")
    if ruff:
        found["ruff"] = [ruff, "check", "--isolated", "--no-cache", "--exit-zero", "--quiet"]
    if importlib.util.find_spec("torchfix"):
        found["torchfix"] = [
            sys.executable,
            "-c",
            "from torchfix.__main__ import main; main()",
            "--select=ALL",
        ]
    return found


def whole(corpus: Path, folder: Path) -> dict[str, object]:
    """Cold and cached, over everything."""
    cache = ["--cache-dir", str(folder / "numsan")]
    result: dict[str, object] = {
        "numsan_cold": asdict(timed([*numsan("--no-cache"), str(corpus)])),
        "numsan_filling": asdict(timed([*numsan(*cache), str(corpus)])),
        "numsan_cached": asdict(timed([*numsan(*cache), str(corpus)])),
    }
    ruff = tools().get("ruff")
    if ruff is not None:
        cached = [o for o in ruff if o != "--no-cache"] + ["--cache-dir", str(folder / "ruff"), str(corpus)]
        result["ruff_cold"] = asdict(timed([*ruff, str(corpus)]))
        timed(cached)
        result["ruff_cached"] = asdict(timed(cached))
    return result


def compared(files: list[str], rounds: int) -> dict[str, object]:
    """Every tool on the same files, taking turns."""
    times: dict[str, list[Took]] = {name: [] for name in tools()}
    for number in range(rounds):
        order = list(times)
        for name in order[number % len(order) :] + order[: number % len(order)]:
            times[name].append(timed([*tools()[name], *files]))
    ours = times["numsan"]
    return {
        name: {
            "wall": statistics.median(t.wall for t in took),
            "cpu": statistics.median(t.cpu for t in took),
            "cpu_ratio_to_numsan": statistics.median(t.cpu / o.cpu for t, o in zip(took, ours, strict=True)),
        }
        for name, took in times.items()
    }


def one_file(folder: Path, rounds: int) -> dict[str, float]:
    path = folder / "one.py"
    path.write_text(ONE_FILE)
    took = [timed([*numsan("--no-cache"), str(path)]) for _ in range(max(rounds, 5))]
    return {"wall": statistics.median(t.wall for t in took), "cpu": statistics.median(t.cpu for t in took)}


def default_corpus() -> Path | None:
    spec = importlib.util.find_spec("transformers")
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def measure(corpus: Path, sample: int, rounds: int) -> dict[str, object]:
    files = sorted(str(p) for p in corpus.rglob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        return {
            "corpus": corpus.name,
            "files": len(files),
            "bytes": sum(os.path.getsize(f) for f in files),
            "cores": os.cpu_count(),
            "load_before": os.getloadavg()[0],
            "whole": whole(corpus, Path(folder)),
            "sample_files": len(files[:: max(1, len(files) // sample)]),
            "sample": compared(files[:: max(1, len(files) // sample)], rounds),
            "one_file": one_file(Path(folder), rounds),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--corpus", type=Path, default=default_corpus())
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    if args.corpus is None:
        sys.exit("check_speed: transformers is not installed; name a folder with --corpus")
    result = measure(args.corpus, args.sample, args.rounds)
    print(json.dumps(result, indent=1) if args.json else table(result))


def table(result: dict[str, object]) -> str:
    lines = [f"{result['files']} files of {result['corpus']}, {result['cores']} cores", ""]
    for part in ("whole", "sample", "one_file"):
        rows = result[part] if part != "one_file" else {"numsan": result[part]}
        assert isinstance(rows, dict)
        lines.append(f"{part}:")
        lines += [
            f"  {name:<16} {row['wall']:8.2f} s   cpu {row['cpu']:8.2f} s" for name, row in rows.items()
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
