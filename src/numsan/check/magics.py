"""IPython's own syntax in a cell (`%time`, `!pip`, `name?`), taken out for the parser and put back afterwards."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from numsan.check.source import parses

_MAGIC = re.compile(r"(?P<indent>[ \t]*)(?P<target>[\w., ]+=\s*)?(?=[%!]|\?{1,2}\w)")
_HELP = re.compile(r"(?P<indent>[ \t]*)(?P<target>)[\w.%*]+\?{1,2}\s*$")
_PYTHON_CELLS = ("%%time", "%%timeit", "%%capture", "%%prun")


@dataclass(slots=True)
class Magics:
    """The lines that were taken out, under a name that occurs nowhere else in the notebook."""

    mark: str
    lines: list[str] = field(default_factory=list[str])

    def without(self, source: str) -> str | None:
        """A cell as Python, line for line: nothing for a cell of another language, None for what is odd."""
        if parses(source):
            return source
        if source.lstrip().startswith("%%") and not source.lstrip().startswith(_PYTHON_CELLS):
            return ""
        lines, continued = list[str](), False
        for line in source.split("\n"):
            found = _MAGIC.match(line) or _HELP.match(line)
            if continued or found is not None:
                lines.append(self._taken(line, found))
                continued = line.endswith("\\")
            else:
                lines.append(line)
        python = "\n".join(lines)
        return python if parses(python) else None

    def _taken(self, line: str, found: re.Match[str] | None) -> str:
        self.lines.append(line)
        name = f"# {self.mark} {len(self.lines) - 1}"
        if found is None:
            return name
        target = found["target"] or ""
        return f"{found['indent']}{target}None  {name}"

    def with_magics(self, python: str) -> str:
        """What `without` took out stands in its place again."""
        return re.sub(rf"[^\n]*# {self.mark} (\d+)(?=\n|$)", lambda m: self.lines[int(m[1])], python)
