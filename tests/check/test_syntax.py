"""The walks over syntax trees see what those of `ast` see."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from numsan.core.program import Program
from numsan.core.syntax import children, statements, walk

LEFT_OUT = (ast.expr_context, ast.operator, ast.cmpop, ast.unaryop, ast.boolop)
EVERYTHING = """
import a.b as c, d
from e import *
@f
async def g(h, /, i: int = 1, *j, k=2, l, **m) -> n:
    global o
    async for p in q: await r
    async with s as t, u: yield v
    return [w async for w in x if y]
class z(aa, metaclass=bb):
    nonlocal_ = 1
    def cc(self):
        def dd():
            nonlocal self
        lambda ee, *, ff=1: (gg := hh)
try: ii: jj = {**kk, ll: mm}
except* nn as oo: raise pp from qq
else: del rr[ss:tt:uu], vv
finally: assert ww, xx
match yy:
    case {1: zz, **rest}: pass
    case Point(x=0, y=[_, *others]) | (None as q): pass
    case -1 | "s": pass
print(f"{a!r:>{b}}", *c, -e + f if not g else h < i <= j and k, **d)
"""
TEXTS = [EVERYTHING, *(p.read_text(encoding="utf-8") for p in sorted(Path(__file__).parent.glob("*.py")))]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_the_same_nodes(text: str) -> None:
    tree = ast.parse(text)
    wanted = [n for n in ast.walk(tree) if not isinstance(n, LEFT_OUT)]
    assert {id(n) for n in walk(tree)} == {id(n) for n in wanted}
    for node in wanted:
        assert children(node) == [n for n in ast.iter_child_nodes(node) if not isinstance(n, LEFT_OUT)]
    inner = (ast.stmt, ast.excepthandler, ast.match_case, ast.Module)
    assert {id(n) for n in statements(tree)} == {id(n) for n in wanted if isinstance(n, inner)}
    program = Program(text, tree, lambda _: None)
    assert sorted(map(id, program.nodes)) == sorted(map(id, wanted))
    functions = [n.name for n in wanted if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert sorted(b.name for b in program.bodies) == sorted(["", *functions])
