"""What the attributes of a class hold in its methods: what they were set to once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from numsan.check.bindings import Flow
from numsan.check.casts import short_format
from numsan.check.modules import Instance, Module, Named
from numsan.check.resolve import function_of
from numsan.core.op import Leaf
from numsan.core.syntax import statements


def defaults(
    flow: Flow, function: ast.FunctionDef | ast.AsyncFunctionDef, half: str = ""
) -> Iterator[tuple[str, Any]]:
    """Every parameter hides an outer name; one with a number as its default is known to be usually that."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    values: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    pairs = [
        *zip(positional, [*values, *arguments.defaults], strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for parameter, value in pairs:
        number = value.value if isinstance(value, ast.Constant) else None
        usual = float(number) if isinstance(number, int | float) and not isinstance(number, bool) else None
        told = parameter.annotation
        if isinstance(value, ast.Call) and isinstance(held := flow.lowering.lower(value), Module):
            yield parameter.arg, held
            continue
        if isinstance(value, ast.Attribute) and short_format(flow.source.segment(value)):
            yield parameter.arg, Leaf(flow.source.segment(value))
        elif isinstance(told, ast.Name) and told.id in flow.lowering.classes:
            yield parameter.arg, Instance(told.id)
        elif told is None and value is None and _class_like(parameter.arg) in flow.lowering.classes:
            yield parameter.arg, Instance(_class_like(parameter.arg))
        else:
            yield parameter.arg, Leaf(parameter.arg, default=usual, half=half)


def _class_like(name: str) -> str:
    """`KernelPosterior` of `kernel_posterior`."""
    return name.title().replace("_", "")


def attributes_of(flow: Flow, cls: ast.ClassDef) -> tuple[dict[str, Any], frozenset[str]]:
    """`self.act = nn.Sigmoid()`, `self.net = Net()`, `self.gamma = gamma`, as far as their values are known; and the
    attributes that one statement of the class sets (`None` at first does not count)."""
    found: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for method in (s for s in cls.body if isinstance(s, ast.FunctionDef)):
        stores = list(_stores(flow, method))
        parameters = dict(defaults(flow, method)) if stores else {}
        for target, value in stores:
            empty = isinstance(value, ast.Constant) and value.value is None
            counts[target] = counts.get(target, 0) + (not empty)
            held = _held(flow, value, parameters, target)
            if held is not None:
                found[target] = held
    for name, value in _of_the_class(cls):
        counts[name] = counts.get(name, 0) + 1
        found[name] = value if isinstance(value, Leaf) else Leaf(name, default=value)
    once = frozenset(name for name, count in counts.items() if count == 1)
    return {name: held for name, held in found.items() if name in once}, once


def _of_the_class(cls: ast.ClassDef) -> Iterator[tuple[str, float | Leaf]]:
    """`eps = 1e-8`, `dtype = jnp.float16` in the body of a class."""
    for statement in cls.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int() | float() as value))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=int() | float() as value))
            ) if not isinstance(value, bool):
                yield f"self.{name}", float(value)
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Attribute() as value)
            ) if short_format(ast.unparse(value)):
                yield f"self.{name}", Leaf(ast.unparse(value))
            case _:
                pass


def registered(node: ast.AST) -> tuple[str, ast.expr] | None:
    """(name, value) of `self.register_buffer("scale", value)`, which sets an attribute."""
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return None
    match node:
        case (
            ast.Call(
                func=ast.Attribute(
                    value=ast.Name(id="self"), attr="register_buffer" | "add_module" | "register_module"
                ),
                args=[ast.Constant(value=str() as name), value, *_],
            )
            | ast.Call(
                func=ast.Name(id="setattr"),
                args=[ast.Name(id="self"), ast.Constant(value=str() as name), value],
            )
        ):
            return f"self.{name}", value
        case _:
            return None


def _stores(flow: Flow, method: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    for node in statements(method):
        if isinstance(node, ast.Expr):
            if (given := registered(node.value)) is not None:
                yield given
        elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Attribute):
                yield flow.source.segment(target), node.value or ast.Constant(None)


def _held(flow: Flow, value: ast.expr, parameters: dict[str, Any], target: str) -> Any:
    if isinstance(value, ast.Call | ast.IfExp | ast.Attribute | ast.Name):
        made, flow.lowering.made = flow.lowering.made, {}  # in the method these names may hold something else
        for branch in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
            held = flow.lowering.lower(branch) if isinstance(branch, ast.Call) else named(flow, branch)
            if isinstance(held, Module | Instance | Named):
                break
        else:
            held = None
        flow.lowering.made = made
        if held is not None:
            return held
    number = value.value if isinstance(value, ast.Constant) else None
    if isinstance(value, ast.Attribute) and short_format(flow.source.segment(value)):
        return Leaf(flow.source.segment(value))
    if isinstance(value, ast.Name) and isinstance(given := parameters.get(value.id), Leaf):
        if short_format(given.text):
            return given
        number = given.default
    if isinstance(value, ast.Name) and isinstance(given := parameters.get(value.id), Instance):
        return given
    if isinstance(value, ast.BinOp):
        number = _usual(value, parameters)
    if not isinstance(number, int | float) or isinstance(number, bool):
        return None
    return Leaf(target, default=float(number))


def _usual(value: ast.expr, parameters: dict[str, Any]) -> float | None:
    """`1.0 / gamma` for the default of the parameter."""
    match value:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id=name) if isinstance(given := parameters.get(name), Leaf):
            return given.default
        case ast.BinOp(left=left, op=ast.Div() | ast.Mult() as operator, right=right):
            a, b = _usual(left, parameters), _usual(right, parameters)
            if a is None or b is None:
                return None
            return a * b if isinstance(operator, ast.Mult) else a / b if b else None
        case _:
            return None


def named(flow: Flow, value: ast.expr) -> Named | None:
    """A function of a library that is not called: `self.act = torch.sigmoid`."""
    qualified = flow.lowering.names.qualified(value) if isinstance(value, ast.Attribute | ast.Name) else None
    return Named(qualified) if qualified is not None and function_of(qualified) is not None else None


def properties_of(tree: ast.Module) -> frozenset[str]:
    """`Class.name` of every method that is read like an attribute."""
    return frozenset(
        f"{cls.name}.{method.name}"
        for cls in tree.body
        if isinstance(cls, ast.ClassDef)
        for method in cls.body
        if isinstance(method, ast.FunctionDef) and any(map(_property, method.decorator_list))
    )


def _property(decorator: ast.expr) -> bool:
    name = decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")
    return name in ("property", "cached_property", "lazy_property")


def settings_of(tree: ast.Module) -> dict[tuple[str, str], float]:
    """The numbers that constructors take for their parameters if nobody gives others."""
    found: dict[tuple[str, str], float] = {}
    for cls in (s for s in tree.body if isinstance(s, ast.ClassDef)):
        for method in cls.body:
            if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                args, values = [*method.args.posonlyargs, *method.args.args], method.args.defaults
                for arg, value in zip(args[len(args) - len(values) :], values, strict=True):
                    if isinstance(value, ast.Constant) and type(value.value) in (int, float):
                        found[cls.name, arg.arg] = float(value.value)  # type: ignore[arg-type]
    return found


def methods_of(tree: ast.Module) -> dict[str, list[str]]:
    """The classes of a file by the methods that they define."""
    found: dict[str, list[str]] = {}
    for cls in (s for s in tree.body if isinstance(s, ast.ClassDef)):
        for method in cls.body:
            if isinstance(method, ast.FunctionDef) and not any(map(_property, method.decorator_list)):
                found.setdefault(method.name, []).append(cls.name)
    return found
