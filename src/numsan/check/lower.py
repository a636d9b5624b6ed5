"""Expression to `Op`: functions, methods, operators, modules of torch (numpy, jax, TensorFlow) by one name.

Whatever is not modelled becomes a `Leaf` with its own text, so that no rule sees half of an expression.
"""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from numsan.check.arguments import number
from numsan.check.calls import lower_call, lower_function
from numsan.check.constants import as_one, fold, no_value
from numsan.check.copies import alias, property_of
from numsan.check.counted import COUNTING, counted
from numsan.check.elsewhere import Elsewhere
from numsan.check.inner import element
from numsan.check.resolve import VIEW_ATTRIBUTES, Names
from numsan.check.returns import Returned
from numsan.check.source import Source
from numsan.check.subscripts import field_of, subscript
from numsan.check.uses import note_places, remember_use
from numsan.core.bounds import BOOL
from numsan.core.names import trimmed
from numsan.core.op import Leaf, Op

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.MatMult: "matmul",
    ast.BitAnd: "logical_and", ast.BitOr: "logical_or", ast.FloorDiv: "floor_divide", ast.Mod: "remainder",
}  # fmt: skip
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Gt: "gt", ast.Lt: "lt", ast.GtE: "ge", ast.LtE: "le", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip
_CONSTANTS = {
    "inf": math.inf,
    "Inf": math.inf,
    "infty": math.inf,
    "pi": math.pi,
    "e": math.e,
    "nan": math.nan,
}
_LARGEST = 200  # operations below one, after which what is below is a name: rules look at all of it


@dataclass(slots=True)
class Lowering:
    """Lowers expressions of one file; `env` maps a dotted name to what it holds at the present statement."""

    source: Source
    names: Names
    env: dict[str, Any] = field(default_factory=dict[str, Any])
    function: str = ""
    half: str = ""  # how the file runs in float16, if it does
    buffers: str = ""  # the half format of buffers, where a module of the file is converted with them
    foreign: set[int] = field(default_factory=set[int])  # ids of operations that are not torch's
    plain: set[int] = field(default_factory=set[int])  # of those, the ones of libraries without a gradient
    fixed: set[int] = field(default_factory=set[int])  # as a buffer, or as the number that was asked for
    made: dict[ast.expr, Any] = field(default_factory=dict[ast.expr, Any])
    origin: dict[int, int] = field(default_factory=dict[int, int])  # copy of an operation: the operation
    written: dict[int, int] = field(default_factory=dict[int, int])  # copy: the line where it was computed
    kept: list[Op] = field(default_factory=list[Op])  # an identity is good only while its object lives
    first: dict[int, Op] = field(
        default_factory=dict[int, Op]
    )  # operations as they were written, by identity
    size: dict[int, int] = field(default_factory=dict[int, int])  # operations below, as a tree
    spans: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    tested: set[int] = field(default_factory=set[int])  # of those that are asked whether they are finite
    chosen: dict[int, Op] = field(default_factory=dict[int, Op])  # of branches of a `where`: its condition
    beside: dict[int, list[Any]] = field(default_factory=dict[int, list[Any]])  # of addends: the others
    read: Counter[int] = field(default_factory=Counter[int])  # how often a name that holds it is read
    multiplied: Counter[int] = field(default_factory=Counter[int])  # how often something is multiplied by it
    chained: set[int] = field(default_factory=set[int])  # ids of products that a named factor follows
    asked: dict[str, set[str]] = field(
        default_factory=dict[str, set[str]]
    )  # by function: what a `where` compares
    given: dict[str, list[dict[str, Any]]] = field(
        default_factory=dict[str, list[dict[str, Any]]]
    )  # arguments of calls of a function
    counted: set[int] = field(default_factory=set[int])  # ids of operations on positions counted off
    unreduced: set[int] = field(default_factory=set[int])  # ids of losses that are not averaged
    ranked: set[int] = field(default_factory=set[int])  # ids of operations of which only the order is asked
    either: dict[str, set[int]] = field(default_factory=dict[str, set[int]])  # what branches made of a name
    several: bool = False  # whether a name has held a record or a tuple
    raising: set[int] = field(
        default_factory=set[int]
    )  # ids of calls of `math`, which raises where torch gives inf
    compared: set[int] = field(
        default_factory=set[int]
    )  # ids of operations of which only a threshold is asked
    stored: set[int] = field(default_factory=set[int])  # ids of what was stored in a buffer
    unpacked: dict[tuple[str, str], tuple[str, int]] = field(
        default_factory=dict[tuple[str, str], tuple[str, int]]
    )  # (function, name): which part of which value
    clamped: set[int] = field(default_factory=set[int])  # ids of operations that a clamp is applied to
    raised: set[int] = field(default_factory=set[int])  # of those, the ones that are kept above zero
    doubtful: set[int] = field(
        default_factory=set[int]
    )  # ids of operations that may have been made elsewhere
    properties: frozenset[str] = frozenset()  # of classes of this file, by their full names
    classes: frozenset[str] = frozenset()  # of this file
    records: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])  # their fields
    returned: Callable[[str], Returned | None] = lambda name: None  # what a function of this file returns
    parameters: Callable[[str], tuple[str, ...] | None] = lambda name: (
        None
    )  # of a short function of this file
    again: Callable[[str, dict[str, Any]], Any] = lambda name, given: None  # the same for these arguments
    beside_file: dict[str, Elsewhere] = field(default_factory=dict[str, Elsewhere])  # imported definitions
    arrived: list[Op] = field(default_factory=list[Op])  # operations of theirs, as the arguments make them
    settings: dict[tuple[str, str], float] = field(
        default_factory=dict[tuple[str, str], float]
    )  # (class, parameter of its constructor): what it usually is
    lambdas: dict[str, Returned] = field(default_factory=dict[str, Returned])

    def original(self, op: object) -> int:
        """The identity of the operation that this one is a copy of, or of itself."""
        return self.origin.get(id(op), id(op))

    def let_go(self) -> None:
        """Ends the cycles with the walk that made this, so that the file's memory is free at once."""
        self.returned, self.again = lambda name: None, lambda name, given: None
        self.parameters = lambda name: None
        self.beside_file.clear()

    def lower(self, node: ast.expr) -> Any:
        """`Op`, `Leaf`, `Module` or a constant. Each node is lowered once, where its statement stands."""
        if node not in self.made:
            self.made[node] = self._lower(node)
        return self.made[node]

    def leaf(self, node: ast.expr) -> Leaf:
        return self.named(self.source.segment(node))

    def named(self, text: str, default: float | None = None) -> Leaf:
        """A value of which only the name is known."""
        return Leaf(text, default=default, half=self.half)

    def op(self, node: ast.expr, name: str, *args: Any) -> Op:
        args = tuple(self.leaf(node) if no_value(a) else self._small(a) for a in args)
        op = Op(name, trimmed(name, args), where=self.source.site(node, self.function))
        self.spans[id(op)] = self.source.span(node)
        self.first[id(op)] = op
        remember_use(self, name, args)
        if any(id(a) in self.plain for a in args):
            self.plain.add(id(op))
        if name == "arange" or (name not in BOOL and any(id(a) in self.counted for a in args)):
            self.counted.add(id(op))
        self.size[id(op)] = 1 + sum(self.size.get(id(a), 1) for a in op.args)
        return op

    def _small(self, value: Any) -> Any:
        large = isinstance(value, Op) and self.size.get(id(value), 0) > _LARGEST
        return Leaf(value.where.text) if large else value

    def _lower(self, node: ast.expr) -> Any:
        if node.__class__ in COUNTING and (number_of := counted(self, node)) is not None:
            return number_of
        match node:
            case ast.Constant(value=value):
                return value if isinstance(value, bool | int | float | str | None) else self.leaf(node)
            case ast.Name() | ast.Attribute():
                return self._name(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.lower(operand)
                return -inner if number(inner) else self.op(node, "neg", inner)
            case ast.UnaryOp(op=ast.Invert(), operand=operand):
                return self.op(node, "logical_not", self.lower(operand))
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _BINARY:
                if isinstance(right, ast.List) and isinstance(operator, ast.Add):
                    return self.lower(left)  # a longer list of the same
                return self.binary(node, _BINARY[type(operator)], self.lower(left), self.lower(right))
            case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in _COMPARE:
                return self.op(node, _COMPARE[type(operator)], self.lower(left), self.lower(right))
            case ast.Call():
                return lower_call(self, node)
            case ast.Subscript(value=value, slice=index):
                if isinstance(index, ast.Constant) and index.value == 1:
                    note_places(self, value)
                return subscript(self, node, self.lower(value), index)
            case ast.IfExp(body=body, orelse=orelse) if (held := self.lower(body)) == self.lower(orelse):
                return held  # `x.sub_(y) if owned else x - y`
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                items = [self.lower(e) for e in elts]
                return tuple(items) if all(number(i) for i in items) else self.leaf(node)
            case ast.ListComp() | ast.GeneratorExp() | ast.SetComp():
                return element(self, node)
            case ast.NamedExpr(value=value):
                return self.lower(value)
            case _:
                return self.leaf(node)

    def _name(self, node: ast.Name | ast.Attribute) -> Any:
        text = self.source.segment(node)
        if text in self.env:
            held = self.env[text]
            if isinstance(held, Op) and held.name == "inverse":
                self.read[self.original(held)] += 1
            return alias(self, node, held) if isinstance(held, Op) else held
        qualified = self.names.qualified(node)
        if qualified is not None:
            module, _, name = qualified.rpartition(".")
            if name in _CONSTANTS and module in ("math", "torch", "numpy", "jax.numpy"):
                return _CONSTANTS[name]
            return self.named(text)
        if "." in text and (field := field_of(self, node, text)) is not None:
            return alias(self, node, field) if isinstance(field, Op) else field
        if text.startswith("self.") and (held := property_of(self, node, text)) is not None:
            return held
        if isinstance(node, ast.Attribute) and node.attr == "indices":
            note_places(self, node.value)
        if isinstance(node, ast.Attribute) and node.attr in VIEW_ATTRIBUTES:
            inner = self.lower(node.value)
            if isinstance(inner, Op):
                return inner if inner.name in ("amax", "amin") else self.op(node, "view", inner)
        return self.named(text)

    def named_call(self, node: ast.Call, qualified: str, extra: list[Any]) -> Any:
        """A call of a library's function that stands under another name."""
        return lower_function(self, node, qualified, extra)

    def binary(self, node: ast.expr, name: str, left: Any, right: Any) -> Any:
        left, right = as_one(left), as_one(right)
        if number(left) and number(right):
            return fold(name, left, right, self.leaf(node))
        if name == "pow" and isinstance(right, float) and right in (0.5, -0.5):
            return self.op(node, "sqrt" if right > 0 else "rsqrt", left)
        return self.op(node, name, left, right)
