"""All repairs of a text, round after round, without those that would not take."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.check import bounded
from numsan.check.edits import applied, written
from numsan.check.engine import matches_in
from numsan.check.match import Match
from numsan.check.settings import Settings
from numsan.check.suppress import Suppressions

_ROUNDS = 20
_Refused = set[tuple[str, str]]  # code of a rule, and an expression that it cannot repair


def repaired(
    text: str, filename: str = "<string>", *, unsafe: bool = False, settings: Settings | None = None
) -> str:
    """The text with every repair applied until none is left (a repair can uncover another one).

    A text that would no longer parse is never returned, nor one in which a rule still finds its own repair,
    nor one that does not come to rest.

    Raises: SyntaxError when the text does not parse to begin with.

    >>> repaired("import torch\\ny = torch.log(torch.softmax(x, -1))\\n")
    'import torch\\ny = torch.log_softmax(x, -1)\\n'
    """
    chosen = settings or Settings()
    refused: _Refused = set()
    now, found = text, _repairs(text, filename, chosen, unsafe)
    for _ in range(_ROUNDS):
        wanted = [m for m in found if (m.rule.code, m.site.text) not in refused]
        result = applied(now, wanted)
        if result == now:
            return now
        after = _repairs(result, filename, chosen, unsafe)
        idle = {(m.rule.code, m.site.text) for m in _without_effect(now, wanted, after)}
        if idle:
            refused |= idle
        else:
            now, found = result, after
    return text


def _repairs(text: str, filename: str, chosen: Settings, unsafe: bool) -> list[Match]:
    return Suppressions(text).kept(
        m
        for m in matches_in(text, filename, chosen.persona)
        if m.replacement is not None and (unsafe or m.rule.safe) and chosen.wants(m.rule, filename)
    )


def _without_effect(text: str, tried: list[Match], after: list[Match]) -> Iterator[Match]:
    """Repairs about whose result the same rule says the same again."""
    left = {(m.rule.code, m.site.text) for m in after}
    for match in tried:
        if (match.rule.code, written(match, text)) in left:
            yield match


def repaired_if_sound(text: str, filename: str, settings: Settings, *, unsafe: bool) -> str:
    """`repaired`, or the text as it was where anything is wrong with it: checking will say what."""
    try:
        return bounded.within(
            bounded.SECONDS, lambda: repaired(text, filename, unsafe=unsafe, settings=settings)
        )
    except (Exception, bounded.TooLong):
        return text
