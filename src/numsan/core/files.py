"""Names and schemas of what a run folder holds, and reading it as data: damaged or foreign, it is one clear error."""

from __future__ import annotations

import json
import os
from typing import Any, cast

CAPSULE, FIX = "numsan.capsule/1", "numsan.fix/1"
_MOST = 64 << 20  # bytes of a JSON file that can be ours


class BadFolder(Exception):
    """The message is the one line to print."""


def document(folder: str, name: str, schema: str) -> dict[str, Any]:
    """A JSON object of this schema. Raises: BadFolder."""
    path = os.path.join(folder, name)
    if not os.path.isdir(folder):
        raise BadFolder(f"{folder!r} is not a run folder: no such directory")
    try:
        if os.path.getsize(path) > _MOST:
            raise BadFolder(f"{path!r} is too large to be ours")
        with open(path, encoding="utf-8") as file:
            data: Any = json.load(file)
    except OSError as error:
        raise BadFolder(f"cannot read {path!r}: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, RecursionError) as error:
        raise BadFolder(f"{path!r} is damaged: {error}") from None
    if not isinstance(data, dict) or cast("dict[str, Any]", data).get("schema") != schema:
        raise BadFolder(f"{path!r} is not a {schema} document")
    return cast("dict[str, Any]", data)


def inside(folder: str, file: object) -> str:
    """The full path of a file named in a document; outside the folder nothing is touched. Raises: BadFolder."""
    if not isinstance(file, str) or "\0" in file or os.path.isabs(file):
        raise BadFolder(f"{file!r} is not a relative file name")
    root = os.path.realpath(folder)
    full = os.path.realpath(os.path.join(root, file))
    if os.path.commonpath((root, full)) != root:
        raise BadFolder(f"{file!r} lies outside {folder!r}")
    return full
