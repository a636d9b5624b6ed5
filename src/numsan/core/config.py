"""What the user asked for on the command line, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """`numsan run`: exactly one of `script` and `module` is set; `args` are the program's own, untouched."""

    script: str | None = None
    module: str | None = None
    args: tuple[str, ...] = ()
    json_path: str | None = None
    out: str | None = None
    quiet: bool = False
    watch_only: bool = False
    budget: float | None = None  # seconds for experiments after a failure; None: 60, or what 100 steps take
