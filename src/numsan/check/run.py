"""One file to findings: read, prefilter, check, silence. Whatever goes wrong is one line about that file."""

from __future__ import annotations

from numsan.check import bounded
from numsan.check.engine import matches_in
from numsan.check.findings import finding_of, findings_of
from numsan.check.match import Match
from numsan.check.result import Checked, Silenced
from numsan.check.settings import Settings
from numsan.check.suppress import Suppressions
from numsan.check.text import read

_WORDS = ("torch", "numpy", "jax", "tensorflow", "scipy")


def check_text(text: str, path: str, settings: Settings) -> Checked:
    """Findings of one text, without those that the settings or a comment silence."""
    try:
        return bounded.within(bounded.SECONDS, lambda: _checked(text, path, settings))
    except SyntaxError as error:
        return Checked(path, note=f"{path}:{error.lineno or 1}: does not parse ({error.msg})")
    except (RecursionError, MemoryError):
        return Checked(path, note=f"{path}: nested too deeply to be checked")
    except bounded.TooLong:
        return Checked(
            path, note=f"{path}: not checked, took more than {bounded.SECONDS:g} s of computing", passing=True
        )
    except Exception as error:  # one file must not cost the others their findings
        return Checked(path, note=f"{path}: internal error, please report it ({error!r})", internal=True)


def _checked(text: str, path: str, settings: Settings) -> Checked:
    comments = Suppressions(text)
    kept: list[Match] = []
    silenced: list[tuple[Match, str]] = []
    for match in _matches(text, path, settings):
        comment = comments.silencing(match)
        if not settings.wants(match.rule, path):
            continue
        if comment is None:
            kept.append(match)
        else:
            silenced.append((match, comment.reason))
    unused = comments.unused(path, lambda: matches_in(text, path, "pedantic"))
    remarks = tuple(finding_of(m) for m in unused if settings.wants(m.rule, path))
    accepted = zip(findings_of([m for m, _ in silenced], text), silenced, strict=True)
    reasons = tuple(Silenced(finding, reason) for finding, (_, reason) in accepted)
    return Checked(path, tuple(findings_of(kept, text)), reasons, remarks)


def _matches(text: str, path: str, settings: Settings) -> list[Match]:
    """What the rules say; a file that names no library they know of is not even parsed."""
    if not any(word in text for word in _WORDS):
        return []
    return matches_in(text, path, settings.persona)


def check_file(path: str, settings: Settings) -> Checked:
    try:
        text = read(path).text
    except ValueError as error:
        return Checked(path, note=str(error), passing=True)
    return check_text(text, path, settings)
