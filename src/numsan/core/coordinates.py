"""Names of time steps and positions, which a model makes angles of."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"(^|[._])(timesteps?|position_ids|pos_ids|(img|txt|image|text)_ids|positions?)(\[[^]]*\])?$"
)
_PLACED = re.compile(r"(\.(unsqueeze|expand|repeat|view|reshape|to|flatten)\(.*\)|\[.*\])$")


def unplaced(text: str) -> str:
    """What is rearranged or picked from.

    >>> unplaced("timesteps.unsqueeze(0)")
    'timesteps'
    """
    return _PLACED.sub("", text)


def coordinate(text: str) -> bool:
    """Whether a name is that of time steps or positions.

    >>> coordinate("batch.position_ids"), coordinate("momentum")
    (True, False)
    """
    return bool(_NAME.search(text))
