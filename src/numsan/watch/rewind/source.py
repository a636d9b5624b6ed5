"""From a code object back to its syntax tree, and from an instruction to its place in it."""

from __future__ import annotations

import ast
import linecache
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

Definition = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef
Found = tuple[Definition, tuple[str, ...]]
BLOCKS = ("body", "orelse", "finalbody")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instruction came from: 1-based lines, columns in bytes of UTF-8, as in `ast`."""

    line: int
    end_line: int
    column: int
    end_column: int


@lru_cache(maxsize=256)
def positions(code: types.CodeType) -> tuple[Place | None, ...]:
    """Source range of every instruction, by instruction index."""
    return tuple(
        Place(
            line,
            end if end is not None else line,
            col if col is not None else -1,
            stop if stop is not None else -1,
        )
        if line is not None
        else None
        for line, end, col, stop in code.co_positions()
    )


def place_of(code: types.CodeType, lasti: int) -> Place | None:
    """The range of the instruction at byte offset `lasti`."""
    return positions(code)[lasti // 2] if lasti >= 0 else None


def source_of(code: types.CodeType, space: dict[str, object]) -> str | None:
    """The text a code object was compiled from, as it is now; None when unknown (`exec` of a string)."""
    linecache.checkcache(code.co_filename)
    return "".join(linecache.getlines(code.co_filename, space)) or None


@lru_cache(maxsize=64)
def parse(text: str, filename: str) -> ast.Module | None:
    try:
        return ast.parse(text, filename)
    except SyntaxError:
        return None


def definition(code: types.CodeType, space: dict[str, object]) -> Found | None:
    """The tree of a code object and the names of the classes around it; None when the source does not fit."""
    text = source_of(code, space)
    tree = parse(text, code.co_filename) if text else None
    if tree is None:
        return None
    if code.co_name == "<module>":
        return tree, ()
    return next(_functions(tree, code, ()), None)


def _functions(node: ast.AST, code: types.CodeType, classes: tuple[str, ...]) -> Iterator[Found]:
    for child in ast.iter_child_nodes(node):
        inside = classes
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([child.lineno, *(d.lineno for d in child.decorator_list)])
            if child.name == code.co_name and first == code.co_firstlineno:
                yield child, classes
        elif isinstance(child, ast.ClassDef):
            inside = (*classes, child.name)
        yield from _functions(child, code, inside)


def covers(node: ast.AST, place: Place) -> bool:
    """Whether the source range of `node` contains `place`; by lines alone where columns are unknown."""
    start, end = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)), (
        getattr(node, "end_lineno", 0) or 0,
        getattr(node, "end_col_offset", 0) or 0,
    )  # fmt: skip
    if place.column < 0:
        return start[0] <= place.line <= end[0]
    return start <= (place.line, place.column) and (place.end_line, place.end_column) <= end


def blocks_of(statement: ast.AST) -> Iterator[list[ast.stmt]]:
    """The blocks directly inside a statement, those of handlers and cases too; not those of definitions."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    for name in BLOCKS:
        block = getattr(statement, name, None)
        if isinstance(block, list) and block:
            yield block
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def find(block: list[ast.stmt], place: Place) -> int | None:
    """Index of the statement of a block that covers `place`."""
    return next((i for i, s in enumerate(block) if covers(s, place)), None)


def loops_at(tree: Definition, place: Place) -> list[ast.For | ast.While]:
    """The loops whose body is running at `place`, outermost first."""
    found: list[ast.For | ast.While] = []
    block: list[ast.stmt] | None = tree.body
    while block is not None:
        index = find(block, place)
        if index is None:
            break
        statement, block = block[index], None
        for inner in blocks_of(statement):
            if find(inner, place) is not None:
                if isinstance(statement, ast.For | ast.While) and inner is statement.body:
                    found.append(statement)
                block = inner
    return found


def running(statement: ast.stmt, place: Place) -> ast.expr | None:
    """The expression of a statement that is being evaluated: the call that has not returned yet."""
    moved: ast.expr | None = None
    for node in ast.walk(statement):
        if not isinstance(node, ast.expr):
            continue
        if (node.end_lineno, node.end_col_offset) == (place.end_line, place.end_column):
            if (node.lineno, node.col_offset) == (place.line, place.column):
                return node
            if isinstance(node, ast.Call):  # the compiler moves its start to the line of the attribute
                moved = node
    return moved
