"""One text to findings: prefilter, check, silence. Whatever goes wrong is one line about that file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from numsan.check import bounded
from numsan.check.engine import concerns, matches_in
from numsan.check.findings import finding_of, findings_of
from numsan.check.match import Match
from numsan.check.result import Checked, Silenced
from numsan.check.settings import Settings
from numsan.check.suppress import Suppressions


@dataclass(slots=True)
class Judged:
    """What the rules say about a text, by what becomes of it."""

    kept: list[Match] = field(default_factory=list[Match])
    silenced: list[tuple[Match, str]] = field(default_factory=list[tuple[Match, str]])  # with the reason
    remarks: list[Match] = field(default_factory=list[Match])  # comments that silence nothing


def check_text(text: str, path: str, settings: Settings) -> Checked:
    """Findings of one text, without those that the settings or a comment silence."""
    return guarded(path, lambda: _checked(text, path, settings))


def guarded(path: str, work: Callable[[], Checked]) -> Checked:
    """The result of `work` in bounded time; where it fails, a note about the file."""
    try:
        return bounded.within(bounded.SECONDS, work)
    except SyntaxError as error:
        return Checked(path, note=f"{path}:{error.lineno or 1}: does not parse ({error.msg})", unread=True)
    except (RecursionError, MemoryError):
        return Checked(path, note=f"{path}: nested too deeply to be checked", unread=True)
    except bounded.TooLong:
        said = f"{path}: not checked, took more than {bounded.SECONDS:g} s of computing"
        return Checked(path, note=said, unread=True, passing=True)
    except Exception as error:  # one file must not cost the others their findings
        return Checked(path, note=f"{path}: internal error, please report it ({error!r})", internal=True)


def judged(text: str, path: str, settings: Settings) -> Judged:
    """What the rules say, parted by the settings and by the comments of the text.

    Raises: SyntaxError when the text does not parse.
    """
    comments, result = Suppressions(text), Judged()
    for match in _matches(text, path, settings):
        comment = comments.silencing(match)
        if not settings.wants(match.rule, path):
            continue
        if comment is None:
            result.kept.append(match)
        else:
            result.silenced.append((match, comment.reason))
    unused = comments.unused(path, lambda: matches_in(text, path, "pedantic"))
    result.remarks += (m for m in unused if settings.wants(m.rule, path))
    return result


def _checked(text: str, path: str, settings: Settings) -> Checked:
    said = judged(text, path, settings)
    accepted = findings_of([m for m, _ in said.silenced], text)
    reasons = (reason for _, reason in said.silenced)
    return Checked(
        path,
        tuple(findings_of(said.kept, text)),
        tuple(map(Silenced, accepted, reasons)),
        tuple(map(finding_of, said.remarks)),
    )


def _matches(text: str, path: str, settings: Settings) -> list[Match]:
    """What the rules say; a file that holds nothing they look at is not even parsed."""
    if not concerns(text):
        return []
    return matches_in(text, path, settings.persona)
