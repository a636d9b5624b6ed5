"""The page that `numsan doctor` prints: one line for each examination, cause and fix below those that found something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from numsan.report.terminal import Style, clean, styler, wrap

_GUTTER = 15


class Examined(Protocol):
    """What is printed of one examination."""

    @property
    def name(self) -> str: ...
    @property
    def ok(self) -> bool: ...
    @property
    def says(self) -> str: ...
    @property
    def cause(self) -> str: ...
    @property
    def fix(self) -> str: ...


def render(
    script: str, steps: int, lines: Sequence[Examined], *, width: int = 80, color: bool = False
) -> str:
    style = styler(color)
    found = sum(not line.ok for line in lines)
    title = (
        f"numsan doctor: {clean(script)}, {steps} steps, {found or 'no'} finding{'' if found == 1 else 's'}"
    )
    rows = [style(title, "bold red" if found else "green"), ""]
    for line in lines:
        rows += _rows(line, width, style)
    return "\n".join(rows) + "\n"


def _rows(line: Examined, width: int, style: Style) -> Iterator[str]:
    yield from _labelled(line.name, line.says, width, style, "green" if line.ok else "bold red")
    if line.cause:
        yield from _labelled("  cause", line.cause, width, style, "dim")
    if line.fix:
        yield from _labelled("  fix", line.fix, width, style, "dim")


def _labelled(label: str, text: str, width: int, style: Style, tint: str) -> Iterator[str]:
    for row in wrap(clean(text), max(24, width - _GUTTER)):
        yield style(f"{label:<{_GUTTER}}", tint) + row
        label = ""
