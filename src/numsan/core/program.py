"""The shape of a program for rules about training loops: its functions, each with its own calls and loops."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from numsan.core.syntax import children, statements, walk

_SPOKEN = re.compile(r"\"{3}(?:.|\n)*?\"{3}|'{3}(?:.|\n)*?'{3}|(?<![\"'])#.*")


@dataclass(frozen=True, slots=True)
class Call:
    """`receiver.method(...)`, or `method(...)` with an empty receiver."""

    node: ast.Call
    receiver: str
    method: str

    def keyword(self, name: str) -> ast.expr | None:
        return next((k.value for k in self.node.keywords if k.arg == name), None)


@dataclass
class Body:
    """One function (or the module level) without the functions inside it."""

    node: ast.AST
    name: str
    nodes: list[ast.AST] = field(default_factory=list[ast.AST])
    functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = field(
        default_factory=list[ast.FunctionDef | ast.AsyncFunctionDef]
    )  # directly inside it

    @cached_property
    def calls(self) -> list[Call]:
        return [_call(n) for n in self.nodes if isinstance(n, ast.Call)]

    @cached_property
    def loops(self) -> list[ast.For | ast.While]:
        return [n for n in self.nodes if isinstance(n, ast.For | ast.While)]

    def methods(self, *names: str) -> list[Call]:
        return [c for c in self.calls if c.method in names]


@dataclass
class Program:
    """One file. `qualified` resolves a name to what it was imported as."""

    text: str
    tree: ast.Module
    qualified: Callable[[ast.expr], str | None]

    @cached_property
    def code(self) -> str:
        """The text without comments and docstrings: what is only spoken of is not done."""
        return _SPOKEN.sub("", self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the file, one body after the other."""
        return [node for body in self.bodies for node in (body.node, *body.nodes)]

    @cached_property
    def bodies(self) -> list[Body]:
        """The module level, then every function, in the order of the text."""
        found: list[Body] = []
        waiting = [Body(self.tree, "")]
        while waiting:
            found.append(body := waiting.pop())
            _fill(body)
            waiting += [Body(f, f.name) for f in body.functions[::-1]]
        return found

    def bodies_at(self, lines: Iterable[int]) -> Iterator[Body]:
        """Those that hold one of these lines: most files have few of what a rule looks for."""
        wanted = sorted(set(lines))
        inside: set[int] = set()
        for node in statements(self.tree, wanted) if wanted else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inside |= {n for n in wanted if node.lineno <= n <= (node.end_lineno or node.lineno)}
                _fill(body := Body(node, node.name))
                yield body
        if not inside.issuperset(wanted):
            _fill(body := Body(self.tree, ""))
            yield body

    def calls(self, *names: str) -> Iterator[Call]:
        """Calls of these methods anywhere in the file."""
        for body in self.bodies:
            yield from body.methods(*names)

    def assigned(self, name: str) -> Iterator[ast.expr]:
        """What is assigned to a name anywhere in the file."""
        for node in self.nodes:
            if isinstance(node, ast.Assign) and any(dotted(t) == name for t in node.targets):
                yield node.value

    def made_by(self, constructor: str) -> set[str]:
        """Dotted names that are assigned a call of this constructor, wherever it was imported from."""
        return {
            dotted(target)
            for node in self.nodes
            if isinstance(node, ast.Assign) and _calls(node.value, constructor)
            for target in node.targets
        }


def lines_with(text: str, word: str, pattern: re.Pattern[str]) -> list[int]:
    """Numbers of the lines that hold `word` and match `pattern`: most lines are never looked at.

    >>> lines_with("a\\nb == 0.1\\nc == 2", "==", re.compile(r"== *\\d*\\.\\d"))
    [2]
    """
    found: list[int] = []
    line, counted, at = 1, 0, text.find(word)
    while at >= 0:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        start = text.rfind("\n", 0, at) + 1
        if pattern.search(text, start, end):
            line, counted = line + text.count("\n", counted, at), at
            found.append(line)
        at = text.find(word, end)
    return found


def _calls(value: ast.expr, constructor: str) -> bool:
    return isinstance(value, ast.Call) and dotted(value.func).rpartition(".")[2] == constructor


def _fill(body: Body) -> None:
    stack = children(body.node)[::-1]
    while stack:
        child = stack.pop()
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            body.functions.append(child)
            continue
        body.nodes.append(child)
        stack += children(child)[::-1]


def _call(node: ast.Call) -> Call:
    if isinstance(node.func, ast.Attribute):
        return Call(node, dotted(node.func.value), node.func.attr)
    return Call(node, "", node.func.id if isinstance(node.func, ast.Name) else "")


def read_in(node: ast.AST) -> set[str]:
    """Every name and dotted name in an expression or statement.

    >>> sorted(read_in(ast.parse("a.b + c")))
    ['a', 'a.b', 'c']
    """
    return {dotted(n) for n in walk(node) if isinstance(n, ast.Name | ast.Attribute)}


def dotted(node: ast.expr) -> str:
    """`self.opt` as text; something shorter than the truth for anything that is no dotted name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    return ""
