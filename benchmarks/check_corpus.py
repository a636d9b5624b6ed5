"""What `numsan check` says about the sources of other projects: counts by rule, and findings to be read by hand.

    pip download --no-deps -d wheels timm kornia
    python benchmarks/check_corpus.py wheels/*.whl
    python benchmarks/check_corpus.py --sample 100 --seed 7 wheels/*.whl

An argument is a folder or a wheel. The sample is the same for the same sources, rules and seed; each of its
findings is printed with the lines around it.
"""

from __future__ import annotations

import argparse
import random
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from numsan import rules
from numsan.check.engine import matches_in
from numsan.core.rule import get


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: the project, the file in it, the line, the rule."""

    project: str
    file: str
    line: int
    code: str
    text: str


def sources(place: Path) -> Iterator[tuple[str, str]]:
    """Names and texts of the Python files of a folder or a wheel, in order."""
    if place.is_dir():
        for path in sorted(place.rglob("*.py")):
            yield str(path.relative_to(place)), path.read_text(encoding="utf-8", errors="replace")
        return
    with zipfile.ZipFile(place) as wheel:
        for name in sorted(n for n in wheel.namelist() if n.endswith(".py")):
            yield name, wheel.read(name).decode("utf-8", errors="replace")


def check(job: tuple[str, str, str]) -> list[Found] | str:
    """Findings of one file; the reason where it does not parse. Anything else raised is a crash."""
    project, file, text = job
    try:
        matches = matches_in(text, file)
    except SyntaxError as error:
        return f"{project} {file}: does not parse ({error.msg})"
    return [Found(project, file, m.site.line, m.rule.code, " ".join(m.site.text.split())) for m in matches]


def collect(places: list[Path]) -> tuple[list[Found], Counter[str]]:
    """All findings, and how many files each project has."""
    jobs = [(name(p), file, text) for p in places for file, text in sources(p)]
    found: list[Found] = []
    with ProcessPoolExecutor() as pool:
        for result in pool.map(check, jobs, chunksize=16):
            if isinstance(result, str):
                print(f"note: {result}")
            else:
                found += result
    return found, Counter(project for project, _, _ in jobs)


def name(place: Path) -> str:
    """`timm 1.0.31` for a wheel, the folder's name otherwise."""
    return " ".join(place.name.split("-")[:2]).replace("_", "-") if place.suffix == ".whl" else place.name


def table(found: list[Found], files: Counter[str]) -> str:
    """Counts by rule and project, in Markdown."""
    projects = sorted(files)
    counts = Counter((f.code, f.project) for f in found)
    codes = Counter(f.code for f in found)
    lines = [
        f"| rule | {' | '.join(projects)} | all |",
        f"|---|{'--:|' * (len(projects) + 1)}",
        *(
            f"| {c} {get(c).name} | {' | '.join(str(counts[c, p] or '') for p in projects)} | {n} |"
            for c, n in codes.most_common()
        ),
        f"| findings | {' | '.join(str(sum(f.project == p for f in found)) for p in projects)} | {len(found)} |",
        f"| files | {' | '.join(str(files[p]) for p in projects)} | {sum(files.values())} |",
    ]
    return "\n".join(lines)


def shown(finding: Found, texts: dict[tuple[str, str], str], number: int) -> str:
    """A finding with the lines around it."""
    lines = texts[finding.project, finding.file].splitlines()
    first = max(0, finding.line - 13)
    context = (
        f"{'>' if i + 1 == finding.line else ' '} {i + 1:5} {lines[i]}"
        for i in range(first, min(len(lines), finding.line + 6))
    )
    head = f"--- {number} {finding.project} {finding.file}:{finding.line} {finding.code} {get(finding.code).name}"
    return "\n".join([head, *context])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("places", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="findings to print with their surroundings")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rules.load()
    found, files = collect(options.places)
    print(table(found, files))
    texts = (
        {(name(p), file): text for p in options.places for file, text in sources(p)} if options.sample else {}
    )
    picked = random.Random(options.seed).sample(found, min(options.sample, len(found)))
    for number, finding in enumerate(sorted(picked, key=lambda f: (f.project, f.file, f.line)), 1):
        print(shown(finding, texts, number))


if __name__ == "__main__":
    main()
