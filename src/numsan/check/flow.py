"""The scopes of a file: its module level, its functions and methods, each with what is known from outside."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from numsan.check.bindings import Flow, Scope
from numsan.check.lower import Lowering
from numsan.check.modules import Module
from numsan.check.resolve import Names
from numsan.check.returns import Returned, only_return, parameters_of
from numsan.check.source import Source
from numsan.check.statements import NO_GRAD, block
from numsan.core.op import Leaf, Op
from numsan.core.syntax import statements

# a model, not one tensor, that is turned to float16
_HALF = re.compile(
    r"^ *torch\.set_default_dtype\(torch\.(half|float16)\)"
    r"|\b\w*(model|net|encoder|decoder|vae|transformer|generator|module|backbone)\w*(\.\w+\(\))*"
    r"\.(half\(\)|to\([^()]*(dtype=)?torch\.(float16|half)\))"
    r"|[A-Z]\w+\([^()]*\)(\.\w+\(\))*\.half\(\)",
    re.M,
)
_AUTOCAST = re.compile(r"^ *with .*\bautocast\((?!.*(bfloat16|enabled=False|\"cpu\"|'cpu'))", re.M)
# nobody asks what these compute for a gradient
_UNTRAINED = re.compile(
    r"(Processor|Optimizer|Adam\w*|FeatureExtractor\w*|Scheduler|Pipeline|Dataset|Tokenizer|Metric)\."
    r"|running|mean_std|(^|\.)(quantize\w*|fit|project_\w+|unproject_\w+|pts_to_\w+)$"
    r"|(^|\.)(test_\w+|evaluate|predict|generate|preprocess|plot_\w+|__repr__)$"
)
_INFERENCE = re.compile(r"(Processor|FeatureExtractor\w*|Scheduler|Pipeline|Tokenizer)\.")
_PREPARING = re.compile(
    r"(^|[/\\])(image_processing|feature_extraction|processing|tokenization)_\w+\.py$"
    r"|(^|[/\\])(pipelines|modular_pipelines|schedulers|guiders|quantizers|datasets?|augmentations?|feature)[/\\]"
)
_MEASURING = re.compile(r"(^|[/\\])(\w*metrics?|optim|optimizers?|cluster(ing)?|solvers?)[/\\]")
_MODEL = re.compile(r"(^|[._])(model|net|network|module)$")  # called: the forward of a file's one module
_LARGEST = 16  # operations: what a function returns is looked into where that is one expression, not a model
_DEEPEST = 8  # calls within calls


def scopes_of(source: Source) -> Flow:
    """Walks the module, its functions and its classes."""
    lowering = Lowering(source, Names(source.tree), half=_runs_in_half(source.text))
    flow = Flow(source, lowering)
    walk = _Walk(flow)
    lowering.returned = walk.returned
    walk.scope(source.tree.body, Scope(""), {})
    return flow


def _runs_in_half(text: str) -> str:
    if any(word in text for word in (".half()", "torch.half", "torch.float16")) and _HALF.search(text):
        return "model"
    return "autocast" if "autocast(" in text and _AUTOCAST.search(text) else ""


@dataclass(frozen=True, slots=True)
class _Inner:
    """A function to walk: its dotted name, its node, what its class says about `self`, the names around it."""

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    attributes: dict[str, Any]
    around: dict[str, Any]


@dataclass(slots=True)
class _Walk:
    """Every scope is walked once: in its place, or before, when a call asks what the function returns."""

    flow: Flow
    waiting: dict[str, _Inner] = field(default_factory=dict[str, _Inner])
    answers: dict[str, Returned | None] = field(default_factory=dict[str, Returned | None])
    depth: int = 0

    def scope(
        self, body: list[ast.stmt], scope: Scope, env: dict[str, Any], returned: ast.expr | None = None
    ) -> Any:
        """Walks one body, then the functions in it; answers with the value of `returned` at its end."""
        flow = self.flow
        outer, outer_env, outer_name = flow.scope, flow.lowering.env, flow.lowering.function
        flow.scope = scope
        flow.scopes.append(flow.scope)
        flow.lowering.env, flow.lowering.function = dict(env), scope.function
        block(flow, body)
        value = None if returned is None else flow.lowering.lower(returned)
        around = {**env, **{k: v for k, v in flow.lowering.env.items() if _lasting(v)}}
        flow.scope, flow.lowering.env, flow.lowering.function = outer, outer_env, outer_name
        inner = list(_inner_scopes(flow, body, scope.function, around))
        if len({i.name for i in inner}) == len(inner):
            self.waiting |= {i.name: i for i in inner}
        for one in inner:
            if self.waiting.pop(one.name, one) is one and one.name not in self.answers:
                self.function(one)
        return value

    def function(self, inner: _Inner) -> None:
        """Walks one function and keeps what it returns."""
        self.answers[inner.name] = None  # for a call of itself
        begun, lowering = Scope(inner.name), self.flow.lowering
        prepares = bool(_PREPARING.search(self.flow.source.filename))
        begun.untrained = prepares or bool(_INFERENCE.search(inner.name))
        if (
            begun.untrained
            or _MEASURING.search(self.flow.source.filename)
            or _UNTRAINED.search(inner.name)
            or any(NO_GRAD.search(self.flow.source.segment(d)) for d in inner.node.decorator_list)
        ):
            begun.no_grad.append((inner.node.lineno, inner.node.end_lineno or inner.node.lineno))
        begun.by_hand = _by_hand(inner.node)
        parameters = dict(_defaults(inner.node, lowering.half))
        env = {**inner.around, **inner.attributes, **parameters}
        value = self.scope(inner.node.body, begun, env, only_return(inner.node))
        if isinstance(value, Op) and lowering.size.get(id(value), 0) <= _LARGEST:
            self.answers[inner.name] = Returned(parameters_of(inner.node), value, begun.ops)

    def returned(self, name: str) -> Returned | None:
        """What a call of `name` (a function, or `self.method` of the class at hand) returns."""
        if name.startswith("self."):
            name = f"{self.flow.lowering.function.partition('.')[0]}{name[4:]}"
        if name in self.waiting and self.depth < _DEEPEST:
            self.depth += 1
            self.function(self.waiting.pop(name))
            self.depth -= 1
        if name not in self.answers and _MODEL.search(name):
            forwards = [n for n in (*self.waiting, *self.answers) if n.endswith(".forward")]
            return self.returned(forwards[0]) if len(forwards) == 1 else None
        return self.answers.get(name)


def _by_hand(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """`forward(ctx, ...)` and `backward(ctx, ...)` of an `autograd.Function`, which nothing differentiates."""
    return function.name in ("forward", "backward") and [a.arg for a in function.args.args[:1]] == ["ctx"]


def _defaults(function: ast.FunctionDef | ast.AsyncFunctionDef, half: str = "") -> Iterator[tuple[str, Leaf]]:
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
        yield parameter.arg, Leaf(parameter.arg, default=usual, half=half)


def _lasting(value: Any) -> bool:
    return isinstance(value, Module) or (isinstance(value, int | float) and not isinstance(value, bool))


def _inner_scopes(
    flow: Flow, body: list[ast.stmt], function: str, around: dict[str, Any]
) -> Iterator[_Inner]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield _Inner(f"{function}.{statement.name}".lstrip("."), statement, {}, around)
        elif isinstance(statement, ast.ClassDef):
            attributes = dict(_attributes_of(flow, statement))
            for inner in _inner_scopes(flow, statement.body, statement.name, around):
                yield _Inner(inner.name, inner.node, attributes, around)
        else:
            for block in _blocks(statement):
                yield from _inner_scopes(flow, block, function, around)


def _attributes_of(flow: Flow, cls: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    """`self.act = nn.Sigmoid()` or `self.gamma = gamma`: what an attribute set once means in the methods."""
    counts: dict[str, int] = {}
    found: dict[str, Any] = {}
    for method in (s for s in cls.body if isinstance(s, ast.FunctionDef)):
        parameters = dict(_defaults(method))
        for node in statements(method):
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Attribute):
                continue
            target = flow.source.segment(node.targets[0])
            counts[target] = counts.get(target, 0) + 1
            held = _attribute_value(flow, node.value, parameters, target)
            if held is not None:
                found[target] = held
    yield from ((name, held) for name, held in found.items() if counts[name] == 1)


def _attribute_value(
    flow: Flow, value: ast.expr, parameters: dict[str, Leaf], target: str
) -> Module | Leaf | None:
    if isinstance(value, ast.Call):
        made, flow.lowering.made = flow.lowering.made, {}  # in the method these names may hold something else
        held = flow.lowering.lower(value)
        flow.lowering.made = made
        return held if isinstance(held, Module) else None
    number = value.value if isinstance(value, ast.Constant) else None
    if isinstance(value, ast.Name) and value.id in parameters:
        number = parameters[value.id].default
    if not isinstance(number, int | float) or isinstance(number, bool):
        return None
    return Leaf(target, default=float(number))


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block  # pyright: ignore[reportUnknownVariableType]
    for handler in getattr(statement, "handlers", ()):
        yield handler.body
    for case in getattr(statement, "cases", ()):
        yield case.body
