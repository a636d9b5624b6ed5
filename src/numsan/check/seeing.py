"""Expressions on the way of a statement: every operation in them is kept, tests in them are guards."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.check.assignments import assign
from numsan.check.bindings import Flow
from numsan.check.inner import inside, parts
from numsan.core.op import Op
from numsan.core.syntax import children, walk

# of a tensor: what says nothing about the numbers in it
_NO_VALUE = frozenset((
    "dtype", "device", "ndim", "is_cuda", "is_sparse", "layout", "requires_grad", "dim", "type", "is_contiguous",
))  # fmt: skip
_ENDS = re.compile(r"min|max|low|high|lower|upper", re.I)  # of a range
# classes of nodes, asked of every one: `in` a set is the quickest question
_OTHER_SCOPE = frozenset((ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))
_CHOOSING = frozenset((ast.IfExp, ast.BoolOp, ast.NamedExpr))
_ATOMS = frozenset((ast.Constant, ast.Name))  # no operation of their own; what uses them asks for them


def see(flow: Flow, expression: ast.expr) -> None:
    """Lowers an expression and keeps every operation written in it; tests inside it are guards."""
    low = flow.lowering
    for node in _expressions(expression):
        if node.__class__ in _CHOOSING:
            _see_choice(flow, node)
        value = low.lower(node)
        if low.arrived:
            flow.scope.ops += low.arrived
            low.arrived.clear()
        if value.__class__ is Op and low.spans.get(id(value)) == flow.source.span(node):
            flow.scope.ops.append(value)
        if node.__class__ in _OTHER_SCOPE:
            _see_inside(flow, node)


def _see_choice(flow: Flow, node: ast.expr) -> None:
    if isinstance(node, ast.NamedExpr):
        assign(flow, node.target, node.value)
    else:
        guard_text(flow, node.test if isinstance(node, ast.IfExp) else node)


def _see_inside(flow: Flow, node: ast.expr) -> None:
    if isinstance(node, ast.DictComp | ast.ListComp | ast.SetComp | ast.GeneratorExp):
        for generator in node.generators:
            see(flow, generator.iter)
    if isinstance(node, ast.Lambda | ast.DictComp | ast.ListComp | ast.SetComp | ast.GeneratorExp):
        outside = inside(flow.lowering, node)
        for part in parts(node):
            see(flow, part)
        flow.lowering.env = outside


def _expressions(expression: ast.expr) -> Iterator[ast.expr]:
    """Sub-expressions that can be operations, innermost last, without the bodies of lambdas and comprehensions."""
    stack: list[ast.AST] = [expression]
    while stack:
        node = stack.pop()
        if node.__class__ in _ATOMS:
            continue
        if isinstance(node, ast.expr):
            yield node
        if node.__class__ not in _OTHER_SCOPE:
            stack += children(node)[::-1]


def guard(flow: Flow, test: ast.expr) -> None:
    see(flow, test)
    guard_text(flow, test)


def guard_text(flow: Flow, test: ast.expr) -> None:
    """Names in a test, but for tests that say nothing about a value: `x is None`, `len(x) != len(y)`, `len(x) == 3`."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        guard_text(flow, test.operand)
        return
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            guard_text(flow, value)
        return
    if isinstance(test, ast.Compare) and (
        isinstance(test.ops[0], ast.Is | ast.IsNot)
        or (isinstance(test.ops[0], ast.Eq | ast.NotEq) and _lengths(test))
        or (isinstance(test.ops[0], ast.Eq | ast.NotEq) and _components(test))
    ):
        return
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id == "isinstance":
        return
    if isinstance(test, ast.Compare) and _in_order(test):
        return
    waiting: list[ast.AST] = [test]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is | ast.IsNot):
            continue  # `(probs is None) == (logits is None)`
        if isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
            text = flow.source.segment(node)
            flow.scope.guards.add(text)
            if isinstance(held := flow.lowering.env.get(text), Op):
                flow.scope.guarded.add(flow.lowering.original(held))
        if _count(node) and not _rank(node):
            inner = (
                n for n in walk(node) if isinstance(n, ast.Name | ast.Attribute | ast.Subscript | ast.Call)
            )
            counted = {flow.source.segment(n) for n in inner}
            flow.scope.counted |= counted
            flow.scope.guards.update(*(flow.scope.taken.get(name, ()) for name in counted))
        elif not ((isinstance(node, ast.Attribute) and node.attr in _NO_VALUE) or _rank(node)):
            waiting += children(node)


def _in_order(test: ast.Compare) -> bool:
    """`min_val > max_val`: a range the wrong way round, which says nothing about one of no width."""
    match test:
        case ast.Compare(
            left=ast.Name() | ast.Attribute() as a,
            ops=[ast.Gt() | ast.Lt()],
            comparators=[ast.Name() | ast.Attribute() as b],
        ):
            one, other = ast.unparse(a), ast.unparse(b)
            return one != other and _ENDS.sub("", one) == _ENDS.sub("", other)
        case _:
            return False


def _count(node: ast.AST) -> bool:
    """`x.numel()`, `len(x)`."""
    match node:
        case ast.Call(func=ast.Name(id="len") | ast.Attribute(attr="numel")):
            return True
        case _:
            return False


def _rank(node: ast.AST) -> bool:
    """`len(x.shape)`, which says nothing about the numbers in `x`, nor how many there are."""
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Attribute(attr="shape")]):
            return True
        case _:
            return False


def _lengths(test: ast.Compare) -> bool:
    return _length(test.left) and _length(test.comparators[0])


def _components(test: ast.Compare) -> bool:
    """`len(v) != 3`: of how many components a vector is, not whether there is anything in it."""
    match test.comparators[0]:
        case ast.Constant(value=int() as n):
            return n > 1 and _length(test.left)
        case _:
            return False


def _length(x: ast.expr) -> bool:
    """How long something is, or how many there are: `len(x)`, `x.shape`, `x.size(0)`, `x.shape[:2]`."""
    match x:
        case ast.Call(func=ast.Name(id="len")):
            return True
        case ast.Subscript(value=of):
            return _length(of)
        case ast.Call(func=ast.Attribute(attr="size" | "numel" | "dim")):
            return True
        case ast.Attribute(attr="shape" | "size" | "ndim"):
            return True
        case _:
            return False
