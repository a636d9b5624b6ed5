"""The code cells of a notebook, with the place of their text in the file: what is not repaired stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_INDENT = re.compile(r"\[(\s*)")
_CLOSING = re.compile(r"(\s*)\]$")


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell: its number among all cells, from 1, its text, and where the JSON of that text stands."""

    number: int
    source: str
    start: int
    end: int


def code_cells(text: str) -> list[Cell]:
    """The Python cells of a notebook; none where its language is another one.

    Raises: ValueError with a reason for what is no notebook of format 4.
    """
    try:
        data: Any = json.loads(text)
    except ValueError as error:
        raise ValueError(f"is not JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(cast("dict[str, Any]", data).get("cells"), list):
        raise ValueError("is no notebook of format 4: it has no cells")
    return list(_code_cells(text)) if _language(cast("dict[str, Any]", data)) == "python" else []


def _language(data: dict[str, Any]) -> str:
    metadata = data.get("metadata")
    if not isinstance(metadata, dict):
        return "python"
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        info = cast("dict[str, Any]", metadata).get(key)
        if isinstance(info, dict) and isinstance(language := cast("dict[str, Any]", info).get(name), str):
            return language.lower()
    return "python"


def _code_cells(text: str) -> Iterator[Cell]:
    top = {key: start for key, _, start, _ in _members(text, _skipped(text, 0))}
    for number, (cell, start, _) in enumerate(_items(text, top["cells"]), 1):
        if not isinstance(cell, dict) or cast("dict[str, Any]", cell).get("cell_type") != "code":
            continue
        for key, value, first, last in _members(text, start):
            if key == "source" and (source := source_of(value)) is not None:
                yield Cell(number, source, first, last)


def source_of(value: object) -> str | None:
    """The text of a cell, which is a string or a list of lines.

    >>> source_of(["a = 1\\n", "b"]), source_of(3)
    ('a = 1\\nb', None)
    """
    if isinstance(value, list) and all(isinstance(v, str) for v in cast("list[Any]", value)):
        return "".join(cast("list[str]", value))
    return value if isinstance(value, str) else None


def _members(text: str, at: int) -> Iterator[tuple[str, Any, int, int]]:
    """Keys and values of the object at a place of valid JSON, with the places of the values."""
    at = _skipped(text, at + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        start = _skipped(text, _skipped(text, at) + 1)
        value, end = _DECODER.raw_decode(text, start)
        yield key, value, start, end
        at = _after(text, end)


def _items(text: str, at: int) -> Iterator[tuple[Any, int, int]]:
    at = _skipped(text, at + 1)
    while text[at] != "]":
        value, end = _DECODER.raw_decode(text, at)
        yield value, at, end
        at = _after(text, end)


def _after(text: str, at: int) -> int:
    at = _skipped(text, at)
    return _skipped(text, at + 1) if text[at] == "," else at


def _skipped(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found is not None else at


def as_json(source: str, before: str) -> str:
    r"""The text of a cell as JSON, in the form that the text `before` it has.

    >>> as_json("a\nb", '[\n    "c"\n   ]')
    '[\n    "a\\n",\n    "b"\n   ]'
    """
    ascii_only = before.isascii() and "\\u" in before
    if not before.startswith("["):
        return json.dumps(source, ensure_ascii=ascii_only)
    lines = [json.dumps(line, ensure_ascii=ascii_only) for line in re.findall(r"[^\n]*\n|[^\n]+$", source)]
    opening, closing = _INDENT.match(before), _CLOSING.search(before)
    if opening is None or closing is None or "\n" not in opening[1]:
        comma = ", " if '", ' in before else ","
        return f"[{comma.join(lines)}]"
    return f"[{opening[1]}{f',{opening[1]}'.join(lines)}{closing[1]}]"
