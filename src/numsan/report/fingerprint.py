"""A mark that a finding keeps when lines move: rule, file, function and expression, and which of several equals."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from numsan.core.finding import Finding
from numsan.report.sections import Source


@dataclass(slots=True)
class Fingerprints:
    """Marks of the findings of one run, in their order."""

    source: Source
    seen: Counter[str] = field(default_factory=Counter[str])
    files: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def of(self, finding: Finding) -> str:
        parts = (finding.code, finding.file, finding.function, self._expression(finding))
        mark = hashlib.blake2b(repr(parts).encode(errors="replace"), digest_size=8).hexdigest()
        self.seen[mark] += 1
        return f"{mark}:{self.seen[mark]}"

    def _expression(self, finding: Finding) -> str:
        """The expression as written, without its layout; what the finding says where it cannot be read."""
        lines = self._lines(finding.file or "") if finding.cell is None else []
        first, last = (finding.line or 1) - 1, finding.end_line or finding.line or 1
        part = lines[first:last]
        if not part or finding.column is None or finding.end_column is None:
            return finding.cause
        part[-1] = part[-1][: finding.end_column]
        part[0] = part[0][finding.column :]
        return " ".join("\n".join(part).split())

    def _lines(self, file: str) -> list[str]:
        if file not in self.files:
            self.files[file] = self.source(file) or []
        return self.files[file]
