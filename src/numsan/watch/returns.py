"""During a replay: which line of the user's code returned which number (that is how a learning rate finds its formula)."""

from __future__ import annotations

import ast
import linecache
import sys
from types import FrameType
from typing import Any

from numsan.core.trace import Site
from numsan.watch.source import is_user_file, shown

_KEEP = 4096


class Returns:
    """Profiles Python calls while active; the program's own profiler, if any, is put back."""

    def __init__(self) -> None:
        self.seen: dict[float, tuple[str, int, str]] = {}
        self._previous: Any = None

    def __enter__(self) -> Returns:
        self._previous = sys.getprofile()
        if self._previous is None:
            sys.setprofile(self._profile)
        return self

    def __exit__(self, *_: object) -> None:
        if self._previous is None:
            sys.setprofile(None)

    def _profile(self, frame: FrameType, event: str, arg: Any) -> None:
        if event == "return" and type(arg) is float and len(self.seen) < _KEEP:
            code = frame.f_code
            if is_user_file(code.co_filename):
                self.seen[arg] = (code.co_filename, frame.f_lineno, code.co_qualname)

    def site_of(self, value: float) -> Site | None:
        found = self.seen.get(value)
        return line_site(*found) if found is not None else None


def line_site(filename: str, line: int, function: str = "") -> Site:
    """The statement on a line, by its source text."""
    text = linecache.getline(filename, line)
    bare = text.strip()
    column = len(text) - len(text.lstrip())
    return Site(
        file=shown(filename), line=line, end_line=line, column=column, end_column=column + len(bare),
        function="" if function == "<module>" else function, text=bare,
    )  # fmt: skip


def assignment_of_lr(filename: str) -> Site | None:
    """`group["lr"] = ...` in a file, where a program sets its learning rate by hand."""
    source = "".join(linecache.getlines(filename))
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign | ast.AugAssign):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if (
                isinstance(target, ast.Subscript)
                and isinstance(target.slice, ast.Constant)
                and target.slice.value == "lr"
            ):
                return line_site(filename, node.lineno)
    return None
