"""Programs with a defect that was reported in public, written anew, and their repaired twins.

A case is one file. Lines that end with `#!` and `#-` belong to the failing program only, lines with `#+` to
the twin only; a finding on a line with `#!`, or `#*` in both, counts as found. The header names the thread
and the kinds that fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True)
class Pair:
    """A failing program, the lines where it is to be edited, and its twin."""

    name: str
    origin: str
    kinds: frozenset[str]
    failing: str
    twin: str
    lines: frozenset[int]


def pairs(folder: Path = CASES) -> list[Pair]:
    """Every case of the folder, by name."""
    return [_read(path) for path in sorted(folder.glob("*.py"))]


def _read(path: Path) -> Pair:
    text = path.read_text(encoding="utf-8").splitlines()
    header = dict(line[2:].split(": ", 1) for line in text[:2])
    failing = [line for line in text if not line.endswith("#+")]
    twin = [line for line in text if not line.endswith(("#-", "#!"))]
    lines = frozenset(i for i, line in enumerate(failing, 1) if line.endswith(("#!", "#*")))
    return Pair(
        path.stem, header["origin"], frozenset(header["kinds"].split()), _plain(failing), _plain(twin), lines
    )


def _plain(lines: list[str]) -> str:
    return "\n".join(line.rsplit("  #", 1)[0] if line[-4:-1] == "  #" else line for line in lines) + "\n"
