"""What a terminal can show: its width and colours, and text from elsewhere made harmless."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import TextIO

Style = Callable[[str, str], str]

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
# bidirectional overrides reorder what follows them on the screen: text could show other code than it is
_REORDERING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0x2028, 0x2029}
_WORDS = re.compile(r" *[^ ]+")
_ASCII = str.maketrans({"━": "=", "│": "|", "▶": ">", "…": "~", "⋮": ":", "·": "-", "×": "x", "−": "-"})


def color_wanted(stream: TextIO, env: Mapping[str, str] = os.environ) -> bool:
    """NO_COLOR beats FORCE_COLOR, which beats what the stream is (no-color.org, force-color.org)."""
    if env.get("NO_COLOR"):
        return False
    if env.get("FORCE_COLOR"):
        return env["FORCE_COLOR"] != "0"
    return env.get("TERM") != "dumb" and stream.isatty()


def width_of(stream: TextIO, env: Mapping[str, str] = os.environ) -> int:
    """Columns to write in: COLUMNS, else the terminal's own, else 80; never below 40 nor above 110."""
    columns = env.get("COLUMNS", "")
    if not (columns.isdecimal() and int(columns)):
        try:
            columns = str(os.get_terminal_size(stream.fileno()).columns or 80)
        except (OSError, ValueError, AttributeError):
            columns = "80"
    return max(40, min(110, int(columns)))


def styler(color: bool) -> Style:
    """A function that puts text in a style such as "bold red", or leaves it alone.

    >>> styler(True)("x", "bold red"), styler(False)("x", "bold red")
    ('\\x1b[1;31mx\\x1b[0m', 'x')
    """

    def style(text: str, names: str) -> str:
        codes = ";".join(_CODES[name] for name in names.split())
        return f"\x1b[{codes}m{text}\x1b[0m" if color and text else text

    return style


def harmless(character: str) -> str:
    r"""One character as it can be shown: control characters become pictures or escapes.

    >>> "".join(map(harmless, "a\x1b[2J\u202e"))
    'a␛[2J\\u202e'
    """
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0x80 <= code < 0xA0 or code in _REORDERING or 0xD800 <= code < 0xE000:
        return f"\\u{code:04x}"
    return character


def clean(text: str) -> str:
    """Text from the user's program on one line, without terminal control."""
    return "".join(map(harmless, text.replace("\n", " ").replace("\t", " ")))


def columns_of(text: str) -> int:
    """Terminal cells that `text` fills: East Asian wide characters two, combining marks none.

    >>> columns_of("σ = 損失")
    8
    """
    return sum(map(_cells, text)) if not text.isascii() else len(text)


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` cells, broken at spaces; a longer word (a path) stays whole."""
    lines = [""]
    for word in _WORDS.findall(text):
        if lines[-1] and columns_of(lines[-1] + word) > width:
            lines.append(word.lstrip(" "))
        else:
            lines[-1] += word
    return lines


def write(stream: TextIO, text: str) -> None:
    """Write to a stream whatever its encoding; a closed pipe or a full disk is not the program's fault."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_ASCII).encode(encoding, "backslashreplace").decode(encoding)
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError):
        return
