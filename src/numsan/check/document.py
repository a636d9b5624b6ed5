"""A file of either kind: Python or a notebook."""

from __future__ import annotations

from numsan.check import notebook
from numsan.check.repair import repaired_if_sound
from numsan.check.result import Checked
from numsan.check.run import check_text
from numsan.check.settings import Settings
from numsan.check.text import read

SUFFIXES = (".py", notebook.SUFFIX)


def check_file(path: str, settings: Settings) -> Checked:
    """Findings of a file; one that cannot be read is a note."""
    try:
        text = read(path).text
    except ValueError as error:
        return Checked(path, note=str(error), unread=True, passing=True)
    return check_document(text, path, settings)


def check_document(text: str, path: str, settings: Settings) -> Checked:
    """Findings of a text that is or would be the content of `path`."""
    check = notebook.check if path.endswith(notebook.SUFFIX) else check_text
    return check(text, path, settings)


def repaired_document(text: str, path: str, settings: Settings, *, unsafe: bool) -> str:
    """The text with its repairs, or as it was where anything is wrong with it."""
    repair = notebook.repaired if path.endswith(notebook.SUFFIX) else repaired_if_sound
    return repair(text, path, settings, unsafe=unsafe)
