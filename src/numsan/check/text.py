"""Python files as text and back: encoding cookie, byte order mark, line ends and permissions survive a repair."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import tokenize
from dataclasses import dataclass
from pathlib import Path

_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Text:
    """The characters of a file with its own line ends, and how they were encoded."""

    text: str
    encoding: str


def read(path: str) -> Text:
    """The text of a Python file.

    Raises: ValueError with one line when the file cannot be read or decoded.
    """
    try:
        return decoded(Path(path).read_bytes())
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror or error})") from None
    except ValueError as error:
        raise ValueError(f"{path}: cannot be read ({error})") from None


def decoded(data: bytes) -> Text:
    """Bytes as Python decodes them.

    Raises: ValueError for bytes that are not text in the declared encoding (UTF-8 where none is declared).

    >>> decoded(b"# coding: latin-1\\nx = '\\xe9'\\n").text[-4:-2]
    "'é"
    """
    try:
        head = b"\n".join(_LINE_END.split(data, maxsplit=2)[:2])
        encoding = tokenize.detect_encoding(io.BytesIO(head).readline)[0]
    except SyntaxError as error:
        raise ValueError(error.msg.partition(" for ")[0]) from None
    return Text(data.decode(encoding), encoding)


def write(path: str, before: Text, after: str) -> None:
    """Replaces a file in one move, with the permissions it had; a link is followed, not replaced.

    Raises: ValueError with one line when it cannot be written, or not in its own encoding.
    """
    target = os.path.realpath(path)
    temporary = f"{target}.{os.getpid()}.numsan"
    try:
        data = after.encode(before.encoding)
        with open(temporary, "xb") as stream:
            stream.write(data)
        shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except (OSError, UnicodeEncodeError) as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ValueError(f"{path}: not repaired, cannot be written ({reason})") from None
