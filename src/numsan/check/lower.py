"""Expression to `Op`: functions, methods, operators, modules of torch (numpy, jax, TensorFlow) by one name.

Whatever is not modelled becomes a `Leaf` with its own text, so that no rule sees half of an expression.
"""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass, field
from typing import Any

from numsan.check.arguments import KEYWORDS, SPECIAL, number, ordered
from numsan.check.resolve import RENAMED, VIEW_ATTRIBUTES, VIEWS, Names, function_of
from numsan.check.source import Source
from numsan.core.names import PARAMETERS, trimmed
from numsan.core.op import Leaf, Op

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.MatMult: "matmul",
    ast.BitAnd: "logical_and", ast.BitOr: "logical_or", ast.FloorDiv: "floor_divide", ast.Mod: "remainder",
}  # fmt: skip
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Gt: "gt", ast.Lt: "lt", ast.GtE: "ge", ast.LtE: "le", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip
_CASTS = {"float": "float32", "double": "float64", "half": "float16", "bfloat16": "bfloat16"}
_CONSTANTS = {
    "inf": math.inf,
    "Inf": math.inf,
    "infty": math.inf,
    "pi": math.pi,
    "e": math.e,
    "nan": math.nan,
}
_BOUNDING = re.compile(r"clamp|clip|bound")
_MASK = re.compile(r"mask|valid|keep|alive|present|is_|select|cond|active", re.I)
_MODULES = {
    "Softmax": "softmax", "LogSoftmax": "log_softmax", "Sigmoid": "sigmoid", "LogSigmoid": "logsigmoid",
    "Tanh": "tanh", "ReLU": "relu", "Softplus": "softplus", "BCELoss": "binary_cross_entropy",
    "Softmax2d": "softmax",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits", "CrossEntropyLoss": "cross_entropy",
    "NLLLoss": "nll_loss", "MSELoss": "mse_loss", "KLDivLoss": "kl_div",
}  # fmt: skip


# a name that stands for more than this stays a name: patterns are small, trees of shared parts grow fast
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Module:
    """A torch module in a variable: calling it is the operation `name` with these further arguments."""

    name: str
    extra: tuple[Any, ...] = ()
    last: bool = False  # the last layer of a sequence: what it is applied to has no name


@dataclass(slots=True)
class Lowering:
    """Lowers expressions of one file; `env` maps a dotted name to what it holds at the present statement."""

    source: Source
    names: Names
    env: dict[str, Any] = field(default_factory=dict[str, Any])
    function: str = ""
    foreign: set[int] = field(default_factory=set[int])  # ids of operations that are not torch's
    made: dict[ast.expr, Any] = field(default_factory=dict[ast.expr, Any])
    origin: dict[int, int] = field(default_factory=dict[int, int])  # copy of an operation: the operation
    kept: list[Op] = field(default_factory=list[Op])  # an identity is good only while its object lives
    size: dict[int, int] = field(default_factory=dict[int, int])  # operations below, as a tree
    spans: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])

    def lower(self, node: ast.expr) -> Any:
        """`Op`, `Leaf`, `Module` or a constant. Each node is lowered once, where its statement stands."""
        if node not in self.made:
            self.made[node] = self._lower(node)
        return self.made[node]

    def leaf(self, node: ast.expr) -> Leaf:
        return Leaf(self.source.segment(node))

    def op(self, node: ast.expr, name: str, *args: Any) -> Op:
        args = tuple(self.leaf(node) if isinstance(a, Module) else a for a in args)
        op = Op(name, trimmed(name, args), where=self.source.site(node, self.function))
        self.spans[id(op)] = self.source.span(node)
        self.kept.append(op)
        self.size[id(op)] = 1 + sum(self.size.get(id(a), 1) for a in op.args)
        return op

    def _lower(self, node: ast.expr) -> Any:
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
                return self._binary(node, _BINARY[type(operator)], self.lower(left), self.lower(right))
            case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in _COMPARE:
                return self.op(node, _COMPARE[type(operator)], self.lower(left), self.lower(right))
            case ast.Call():
                return self._call(node)
            case ast.Subscript(value=value, slice=index):
                return self._subscript(node, self.lower(value), index)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                items = [self.lower(e) for e in elts]
                return tuple(items) if all(number(i) for i in items) else self.leaf(node)
            case _:
                return self.leaf(node)

    def _name(self, node: ast.Name | ast.Attribute) -> Any:
        text = self.source.segment(node)
        if text in self.env:
            held = self.env[text]
            return self._alias(node, held) if isinstance(held, Op) else held
        qualified = self.names.qualified(node)
        if qualified is not None:
            module, _, name = qualified.rpartition(".")
            if name in _CONSTANTS and module in ("math", "torch", "numpy", "jax.numpy"):
                return _CONSTANTS[name]
            return Leaf(text)
        if isinstance(node, ast.Attribute) and node.attr in VIEW_ATTRIBUTES:
            inner = self.lower(node.value)
            if isinstance(inner, Op):
                return inner if inner.name in ("amax", "amin") else self.op(node, "view", inner)
        return Leaf(text)

    def _alias(self, node: ast.expr, held: Op) -> Op | Leaf:
        """The operation that a name holds, under the name it has here."""
        if self.size.get(id(held), 0) > _DEEPEST:
            return Leaf(self.source.segment(node))
        copy = Op(held.name, held.args, where=self.source.site(node, self.function))
        self.size[id(copy)] = self.size.get(id(held), 1)
        self.origin[id(copy)] = self.origin.get(id(held), id(held))
        self.kept.append(copy)
        if id(held) in self.foreign:
            self.foreign.add(id(copy))
        return copy

    def _binary(self, node: ast.expr, name: str, left: Any, right: Any) -> Any:
        if number(left) and number(right):
            return _fold(name, left, right, self.leaf(node))
        if name == "pow" and isinstance(right, float) and right in (0.5, -0.5):
            return self.op(node, "sqrt" if right > 0 else "rsqrt", left)
        return self.op(node, name, left, right)

    def _subscript(self, node: ast.Subscript, value: Any, index: ast.expr) -> Any:
        if not isinstance(value, Op):
            if not isinstance(value, Leaf):
                return self.leaf(node)
            by = (
                self.lower(index)
                if isinstance(index, ast.Name | ast.Compare | ast.UnaryOp | ast.BinOp)
                else None
            )
            return self.op(node, "index", value, by) if _is_mask(by) else self.leaf(node)
        if value.name in ("amax", "amin") and isinstance(index, ast.Constant) and index.value == 0:
            return value
        by = (
            self.lower(index) if isinstance(index, ast.Name | ast.Compare | ast.UnaryOp | ast.BinOp) else None
        )
        return self.op(node, "index", value, by) if _is_mask(by) else self.op(node, "view", value)

    def _call(self, node: ast.Call) -> Any:
        function = node.func
        if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
            return self.leaf(node)
        qualified = self.names.qualified(function)
        if qualified is not None:
            return self._function(node, qualified)
        held = (
            self.env.get(self.source.segment(function))
            if isinstance(function, ast.Name | ast.Attribute)
            else None
        )
        if isinstance(held, Module) and node.args:
            return self._applied(node, held)
        if isinstance(function, ast.Call):
            module = self.lower(function)
            return (
                self._applied(node, module) if isinstance(module, Module) and node.args else self.leaf(node)
            )
        if isinstance(function, ast.Attribute):
            return self._method(node, function)
        if (
            isinstance(function, ast.Name)
            and function.id in ("max", "min", "abs", "pow")
            and not node.keywords
        ):
            name = {"max": "maximum", "min": "minimum"}.get(function.id, function.id)
            if len(node.args) == len(PARAMETERS[name]):
                return self.op(node, name, *(self.lower(a) for a in node.args))
        if isinstance(function, ast.Name) and _BOUNDING.search(function.id) and node.args:
            return self.op(node, "bounded", self.lower(node.args[0]))
        if isinstance(function, ast.Name) and function.id == "float" and len(node.args) == 1:
            return _float(self.lower(node.args[0]), self.leaf(node))
        return self.leaf(node)

    def _applied(self, node: ast.Call, module: Module) -> Op:
        args = [self.lower(a) for a in node.args]
        if module.last:
            args = [Leaf(f"<input of the last layer of {self.source.segment(node)}>")]
        op = self.op(node, module.name, *args, *module.extra)
        if module.last:
            self.foreign.add(id(op))
        return op

    def _function(self, node: ast.Call, qualified: str) -> Any:
        if qualified.startswith("torch.nn.") and (module := self._module(node, qualified)) is not None:
            return module
        found = function_of(qualified)
        if found is None:
            return self.leaf(node)
        library, name = found
        if name in ("tensor", "as_tensor", "asarray", "array"):
            return self._made_from(node)
        op = self._named(node, name, [self.lower(a) for a in node.args])
        if library != "torch" and isinstance(op, Op):
            self.foreign.add(id(op))
        return op

    def _module(self, node: ast.Call, qualified: str) -> Module | None:
        name = qualified.rpartition(".")[2]
        if name == "Sequential" and node.args:
            last = self.lower(node.args[-1])
            return Module(last.name, last.extra, last=True) if isinstance(last, Module) else None
        if name not in _MODULES:
            return None
        keywords = {k.arg: self.lower(k.value) for k in node.keywords}
        if name in ("Softmax", "LogSoftmax"):
            dim = self.lower(node.args[0]) if node.args else keywords.get("dim")
            return Module(_MODULES[name], (dim,) if number(dim) else ())
        return Module(_MODULES[name])

    def _method(self, node: ast.Call, function: ast.Attribute) -> Any:
        name = RENAMED.get(function.attr, function.attr)
        value = self.lower(function.value)
        if isinstance(value, Module) or not isinstance(value, Op | Leaf):
            return self.leaf(node)
        if function.attr in VIEWS:
            return self.op(node, "view", value) if isinstance(value, Op) else self.leaf(node)
        if name in _CASTS and not node.args:
            return self.op(node, "to", value, _CASTS[name])
        if name in ("to", "type", "astype"):
            return self._cast(node, value)
        return self._named(node, name, [value, *(self.lower(a) for a in node.args)])

    def _cast(self, node: ast.Call, value: Any) -> Any:
        for argument in (*node.args, *(k.value for k in node.keywords if k.arg == "dtype")):
            dtype = self._dtype(argument)
            if dtype is not None:
                return self.op(node, "to", value, dtype)
        return self.op(node, "view", value) if isinstance(value, Op) else self.leaf(node)

    def _dtype(self, node: ast.expr | None) -> str | None:
        name = (self.names.qualified(node) or "").rpartition(".")[2] if node is not None else ""
        return _CASTS.get(name, name if name in _CASTS.values() else None)

    def _made_from(self, node: ast.Call) -> Any:
        """`torch.tensor(x, dtype=d)` is a conversion."""
        value = self.lower(node.args[0]) if len(node.args) == 1 else None
        dtype = self._dtype(next((k.value for k in node.keywords if k.arg == "dtype"), None))
        return (
            self.op(node, "to", value, dtype) if dtype and isinstance(value, Leaf | Op) else self.leaf(node)
        )

    def _named(self, node: ast.Call, name: str, positional: list[Any]) -> Any:
        keywords = {KEYWORDS.get(k.arg or "", k.arg or ""): self.lower(k.value) for k in node.keywords}
        dtype = self._dtype(next((k.value for k in node.keywords if k.arg == "dtype"), None))
        if dtype is not None and positional and name == "arange":
            return self.op(node, "to", self.op(node, name, *positional), dtype)
        if dtype is not None and positional:
            positional = [self.op(node, "to", positional[0], dtype), *positional[1:]]
        name = name.removesuffix("_") if name.removesuffix("_") in PARAMETERS else name
        special = SPECIAL.get(name)
        if special is not None:
            shaped = special(positional, keywords)
            if shaped is None:
                return self.leaf(node)
            name, positional = shaped
        parameters = PARAMETERS.get(name)
        if parameters is None:
            return self.leaf(node)
        args = ordered([p for p, _ in parameters], [d for _, d in parameters], positional, keywords)
        if args is None:
            return self.leaf(node)
        if name == "pow":
            return self._binary(node, name, *args)
        return self.op(node, name, *args)


def _is_mask(by: Any) -> bool:
    if isinstance(by, Op):
        return by.name in ("gt", "lt", "ge", "le", "eq", "ne", "logical_not", "logical_and", "logical_or")
    return isinstance(by, Leaf) and bool(_MASK.search(by.text))


def _float(value: Any, otherwise: Leaf) -> Any:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return otherwise
    return float(value) if number(value) else otherwise


def _fold(name: str, left: Any, right: Any, otherwise: Leaf) -> Any:
    try:
        match name:
            case "add":
                return left + right
            case "sub":
                return left - right
            case "mul":
                return left * right
            case "div":
                return left / right
            case "pow":
                value = left**right
                return value if number(value) else otherwise
            case _:
                return otherwise
    except (ArithmeticError, ValueError):
        return otherwise
