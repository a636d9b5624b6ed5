"""Which statements of a function run in the same turns of a loop: the tests around them, and whether these change."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property

from numsan.core.program import Body, dotted, read_in
from numsan.core.single import assigned

_BLOCKS = ("body", "orelse", "finalbody", "handlers")


@dataclass(frozen=True, slots=True)
class Place:
    """One compound statement around another one, and the block of it: `body`, `orelse`."""

    node: ast.AST
    block: str
    key: str  # two tests of the same text are one

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and (self.key, self.block) == (other.key, other.block)

    def __hash__(self) -> int:
        return hash((self.key, self.block))


@dataclass
class Paths:
    """The paths through one function."""

    body: Body

    def around(self, node: ast.expr | ast.stmt) -> list[Place]:
        """The compound statements around a node, outermost first."""
        found: list[Place] = []
        at: ast.AST | None = self.body.node
        while at is not None:
            step = _into(at, node.lineno)
            if step is not None and at is not self.body.node:
                found.append(Place(at, step[0], _key(at)))
            at = None if step is None else step[1]
        return found

    def only_sometimes(self, outer: ast.expr | ast.stmt, inner: ast.expr | ast.stmt) -> list[Place]:
        """Tests that stand around `inner` and not around `outer`, where `inner` lies on the way that `outer` is on;
        none where both run together."""
        one, other = self.around(outer), self.around(inner)
        if other[: len(one)] != one:
            return []
        return [p for p in other[len(one) :] if isinstance(p.node, ast.If)]

    def together(self, outer: ast.expr | ast.stmt, inner: ast.expr | ast.stmt) -> bool:
        """Whether `outer` runs whenever `inner` does: it stands around it or beside it, and nothing leaves between."""
        one, other = self.around(outer), self.around(inner)
        return other[: len(one)] == one and not any(map(_left, other[len(one) :]))

    def varies(self, test: ast.expr) -> bool:
        """Whether a test is another one in each turn: it counts, or asks what the loop (the function) has made."""
        return bool(read_in(test) & self._made) or counts(self.body, test)

    @cached_property
    def _made(self) -> set[str]:
        loops = self.body.loops
        nodes = self.body.nodes if not loops else [n for loop in loops for n in ast.walk(loop)]
        return {
            dotted(n)
            for n in nodes
            if isinstance(n, ast.Name | ast.Attribute) and isinstance(n.ctx, ast.Store)
        }


def counts(body: Body, test: ast.expr) -> bool:
    """`(step + 1) % n == 0`, by itself or in the name of a flag."""
    known = assigned(body)
    told = [test, *(known[dotted(n)] for n in ast.walk(test) if isinstance(n, ast.Name) and n.id in known)]
    return any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Mod) for t in told for n in ast.walk(t))


def _into(at: ast.AST, line: int) -> tuple[str, ast.AST] | None:
    for name in _BLOCKS:
        for statement in getattr(at, name, None) or ():
            first = getattr(statement, "lineno", line)
            if first <= line <= (getattr(statement, "end_lineno", None) or line):
                return name, statement
    return None


def _key(node: ast.AST) -> str:
    return ast.unparse(node.test) if isinstance(node, ast.If) else str(id(node))


def _left(place: Place) -> bool:
    """Whether a block ends by leaving the turn or the function."""
    statements: list[ast.stmt] = getattr(place.node, place.block)
    return isinstance(statements[-1], ast.Continue | ast.Return | ast.Break | ast.Raise)
