"""All repairs of a text, round after round."""

from __future__ import annotations

from numsan.check import bounded
from numsan.check.edits import applied
from numsan.check.engine import matches_in
from numsan.check.settings import Settings
from numsan.check.suppress import Suppressions

_ROUNDS = 10


def repaired(
    text: str, filename: str = "<string>", *, unsafe: bool = False, settings: Settings | None = None
) -> str:
    """The text with every repair applied until none is left (a repair can uncover another one).

    A text that would no longer parse is never returned: the repairs of that round are dropped instead.

    Raises: SyntaxError when the text does not parse to begin with.

    >>> repaired("import torch\\ny = torch.log(torch.softmax(x, -1))\\n")
    'import torch\\ny = torch.log_softmax(x, -1)\\n'
    """
    chosen = settings or Settings()
    for _ in range(_ROUNDS):
        found = Suppressions(text).kept(
            m
            for m in matches_in(text, filename, chosen.persona)
            if m.replacement is not None and (unsafe or m.rule.safe) and chosen.wants(m.rule, filename)
        )
        result = applied(text, found)
        if result == text:
            break
        text = result
    return text


def repaired_if_sound(text: str, filename: str, settings: Settings, *, unsafe: bool) -> str:
    """`repaired`, or the text as it was where anything is wrong with it: checking will say what."""
    try:
        return bounded.within(
            bounded.SECONDS, lambda: repaired(text, filename, unsafe=unsafe, settings=settings)
        )
    except (Exception, bounded.TooLong):
        return text
