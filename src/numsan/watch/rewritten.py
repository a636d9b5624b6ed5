"""A program run with other texts in the place of some of its files, which stay on the disk as they are."""

from __future__ import annotations

import importlib.machinery
import linecache
import os
import types


def install(texts: dict[str, str], code: types.CodeType) -> types.CodeType:
    """For everything that is imported from now on, and for messages that quote source; gives the program's new code."""
    for path, text in texts.items():
        linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    loader = importlib.machinery.SourceFileLoader
    original = loader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, fullname: str) -> types.CodeType | None:
        path = os.path.realpath(self.get_filename(fullname))
        if path in texts:
            return compile(texts[path], path, "exec", dont_inherit=True)
        return original(self, fullname)

    loader.get_code = get_code
    own = texts.get(os.path.realpath(code.co_filename))
    return code if own is None else compile(own, code.co_filename, "exec", dont_inherit=True)
