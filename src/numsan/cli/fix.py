"""`numsan fix RUN_DIR`: the repair that a run verified, printed as a diff or applied to the files here."""

from __future__ import annotations

import os
import sys
import tempfile

from numsan.cli import Parser
from numsan.core.files import FIX, BadFolder, document, inside
from numsan.core.patch import NoPatch, by_file, patched


def main(argv: list[str]) -> int:
    """Exit status 0, 1 where there is no repair or the files have changed, 2 for a folder that is none."""
    parser = Parser(
        prog="numsan fix",
        description="Print the repair that `numsan run` verified, as a diff for `patch -p1`, or apply it here.",
    )
    parser.add_argument("folder", metavar="RUN_DIR", help="the folder that the report names")
    parser.add_argument("--apply", action="store_true", help="write the repaired files")
    args = parser.parse_args(argv)
    try:
        diff = document(args.folder, "fix.json", FIX).get("diff")
        parts = by_file(diff) if isinstance(diff, str) else {}
        paths = {name: inside(os.getcwd(), name) for name in parts}
    except BadFolder as error:
        parser.error(str(error))
    if not parts:
        sys.stderr.write("numsan fix: the run found no repair that works\n")
        return 1
    if not args.apply:
        sys.stdout.write(str(diff))
        return 0
    return _apply(parts, paths)


def _apply(parts: dict[str, list[str]], paths: dict[str, str]) -> int:
    """All files or none."""
    try:
        texts = {name: patched(_read(paths[name]), hunks, name) for name, hunks in parts.items()}
        for name, text in texts.items():
            _replace(paths[name], text)
    except NoPatch as error:
        sys.stderr.write(f"numsan fix: {error}; nothing was written, without --apply the diff is printed\n")
        return 1
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"numsan fix: cannot read or write a file: {error}\n")
        return 1
    sys.stderr.write(f"numsan fix: wrote {', '.join(texts)}\n")
    return 0


def _read(path: str) -> str:
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def _replace(path: str, text: str) -> None:
    """Whole or not at all, with the permissions it had."""
    mode = os.stat(path).st_mode
    with tempfile.NamedTemporaryFile("wb", dir=os.path.dirname(path), delete=False) as file:
        file.write(text.encode())
    os.chmod(file.name, mode)
    os.replace(file.name, path)
