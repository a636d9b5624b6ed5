"""The running program with an edit of its text applied: its functions, what it imports, the rest of its frames.

Old and new text are aligned statement by statement, so that a function or the place where a frame stands is found again
in the new one, as long as the edit leaves the statement that is running as it is.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import os
import types
from collections.abc import Generator, Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from numsan.watch.rewind.build import first_parameter, standing
from numsan.watch.rewind.frames import Snap
from numsan.watch.rewind.resume import NoWay, Rest, continuation
from numsan.watch.rewind.source import BLOCKS, Definition, Place, blocks_of, find, parse

Key = tuple[str, str, int]


class Edited:
    """`texts`: new text by real path."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._files = {path: _File(path, text) for path, text in texts.items()}

    def rest(self, snap: Snap) -> tuple[tuple[str, ...], Rest]:
        """The classes around a frame and what is left of it, by the new text."""
        tree, classes, place = standing(snap)
        file = self._files.get(os.path.realpath(snap.code.co_filename))
        if file is not None:
            tree, place = file.counterpart(tree, place)
        return classes, continuation(tree, place, first_parameter(snap.code))

    @contextlib.contextmanager
    def applied(self, spaces: list[dict[str, Any]]) -> Generator[None]:
        """The program's functions run the new code; the caller puts the namespaces back."""
        for space in spaces:
            file = self._files.get(os.path.realpath(str(space.get("__file__", ""))))
            if file is not None:
                exec(file.news, space)
        codes = {key: code for file in self._files.values() for key, code in file.codes.items()}
        before: list[tuple[types.FunctionType, types.CodeType]] = []
        try:
            for function, code in _functions(codes):
                before.append((function, function.__code__))
                function.__code__ = code.replace(co_filename=function.__code__.co_filename)
            yield
        except ValueError as error:  # another number of free variables
            raise NoWay(str(error)) from error
        finally:
            for function, code in before:
                function.__code__ = code


class _File:
    """One file: how its old statements correspond to the new ones, its new code by the old code's key."""

    def __init__(self, path: str, text: str) -> None:
        with open(path, encoding="utf-8") as stream:
            old = stream.read()
        before, after = parse(old, path), parse(text, path)
        if before is None or after is None:
            raise NoWay(f"{path} does not parse")
        self.after = after
        self.pairs: dict[tuple[int, int, type], ast.stmt] = {}
        self._align(before.body, after.body)
        self.codes = dict(_changed(compile(old, path, "exec"), compile(text, path, "exec"), path))
        self.news = compile(ast.Module(self._new_statements(before, after), []), path, "exec")

    def counterpart(self, tree: Definition, place: Place) -> tuple[Definition, Place]:
        now: Definition | ast.stmt | None
        now = self.after if isinstance(tree, ast.Module) else self.pairs.get(_key(tree))
        old = _innermost(tree, place)
        new = self.pairs.get(_key(old)) if old is not None else None
        if old is None or new is None or ast.dump(old) != ast.dump(new) or old.col_offset != new.col_offset:
            raise NoWay("the edit changes the statement that is running")
        if not isinstance(now, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
            raise NoWay("the edit changes the function that is running into something else")
        down = new.lineno - old.lineno
        return now, replace(place, line=place.line + down, end_line=place.end_line + down)

    def _align(self, old: list[ast.stmt], new: list[ast.stmt]) -> None:
        match = SequenceMatcher(None, [ast.dump(s) for s in old], [ast.dump(s) for s in new], autojunk=False)
        for tag, i, i_end, j, j_end in match.get_opcodes():
            same = tag == "equal"
            pairs = (
                zip(old[i:i_end], new[j:j_end], strict=True) if same else _alike(old[i:i_end], new[j:j_end])
            )
            for a, b in pairs:
                self.pairs[_key(a)] = b
                for one, other in zip(_blocks(a), _blocks(b), strict=False):
                    self._align(one, other)

    def _new_statements(self, before: ast.Module, after: ast.Module) -> list[ast.stmt]:
        """Of the module itself, and harmless to run now: imports, constants, added functions."""
        known = {id(b): a for a in before.body if (b := self.pairs.get(_key(a))) is not None}
        return [s for s in after.body if not _equal(known.get(id(s)), s) and _harmless(s, id(s) in known)]


def _equal(old: ast.stmt | None, new: ast.stmt) -> bool:
    return old is not None and ast.dump(old) == ast.dump(new)


def _harmless(statement: ast.stmt, replaces: bool) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.FunctionDef() | ast.ClassDef():
            return not replaces
        case ast.Assign(value=value):
            return all(isinstance(n, ast.Constant | ast.UnaryOp | ast.USub) for n in ast.walk(value))
        case _:
            return False


def _key(node: ast.AST) -> tuple[int, int, type]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0), type(node)


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    blocks: list[list[ast.stmt]] = [getattr(statement, name, []) for name in BLOCKS]
    parts = (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ()))
    return [*blocks, *(p.body for p in parts)]


def _alike(old: list[ast.stmt], new: list[ast.stmt]) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    """Statements of one kind (and name), in order."""
    left = list(new)
    for a in old:
        for n, b in enumerate(left):
            if type(a) is type(b) and getattr(a, "name", None) == getattr(b, "name", None):
                del left[: n + 1]
                yield a, b
                break


def _innermost(tree: Definition, place: Place) -> ast.stmt | None:
    block: list[ast.stmt] | None = tree.body
    found: ast.stmt | None = None
    while block is not None and (index := find(block, place)) is not None:
        found = block[index]
        block = next((b for b in blocks_of(found) if find(b, place) is not None), None)
    return found


def _changed(old: types.CodeType, new: types.CodeType, path: str) -> Iterator[tuple[Key, types.CodeType]]:
    """New code objects for the old functions that are not the same any more."""
    theirs = _inner(new)
    for code in _inner(old):
        match = next((c for c in theirs if c.co_name == code.co_name), None)
        if match is None:
            continue
        theirs.remove(match)
        if match != code.replace(co_firstlineno=match.co_firstlineno):
            yield (path, code.co_qualname, code.co_firstlineno), match
        yield from _changed(code, match, path)


def _inner(code: types.CodeType) -> list[types.CodeType]:
    return [c for c in code.co_consts if isinstance(c, types.CodeType)]


def _functions(codes: dict[Key, types.CodeType]) -> Iterator[tuple[types.FunctionType, types.CodeType]]:
    """The living functions of these codes; names are compared first, for there are many functions."""
    wanted = {(name, line) for _, name, line in codes}
    for thing in gc.get_objects():
        if type(thing) is types.FunctionType:
            code = thing.__code__
            place = code.co_qualname, code.co_firstlineno
            if place in wanted and (new := codes.get((os.path.realpath(code.co_filename), *place))):
                yield thing, new
