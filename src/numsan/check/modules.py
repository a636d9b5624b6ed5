"""Torch modules kept in variables and attributes: calling one is an operation."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numsan.check.arguments import number

if TYPE_CHECKING:
    from numsan.check.lower import Lowering

_MODULES = {
    "Softmax": "softmax", "LogSoftmax": "log_softmax", "Sigmoid": "sigmoid", "LogSigmoid": "logsigmoid",
    "Tanh": "tanh", "ReLU": "relu", "Softplus": "softplus", "BCELoss": "binary_cross_entropy",
    "Softmax2d": "softmax",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits", "CrossEntropyLoss": "cross_entropy",
    "NLLLoss": "nll_loss", "MSELoss": "mse_loss", "L1Loss": "l1_loss", "SmoothL1Loss": "smooth_l1_loss",
    "HuberLoss": "huber_loss", "KLDivLoss": "kl_div",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Module:
    """A torch module in a variable: calling it is the operation `name` with these further arguments."""

    name: str
    extra: tuple[Any, ...] = ()
    last: bool = False  # the last layer of a sequence: what it is applied to has no name
    whole: bool = True  # a loss that is averaged


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class of this file: calling it is its `forward`."""

    cls: str


@dataclass(frozen=True, slots=True)
class Named:
    """A function of a library under another name: `act = F.softmax`, `partial(F.softmax, dim=1)`."""

    qualified: str
    extra: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Several:
    """Values that are returned or bound together, by place or by key."""

    items: dict[Any, Any]

    def map(self, change: Callable[[Any], Any]) -> Several:
        return Several({key: change(value) for key, value in self.items.items()})


Held = Module | Instance | Named


def module_of(low: Lowering, node: ast.Call, qualified: str) -> Module | None:
    name = qualified.rpartition(".")[2]
    if name == "Sequential" and node.args:
        last = low.lower(_last_layer(node.args[-1]))
        last = last.items.get(-1) if isinstance(last, Several) else last
        return Module(last.name, last.extra, last=True) if isinstance(last, Module) else None
    if "keras" in qualified:
        return _keras_layer(low, node, name)
    if name not in _MODULES:
        return None
    keywords = {k.arg: low.lower(k.value) for k in node.keywords}
    if name in ("Softmax", "LogSoftmax"):
        dim = low.lower(node.args[0]) if node.args else keywords.get("dim")
        return Module(_MODULES[name], (dim,) if number(dim) else ())
    return Module(_MODULES[name], whole=keywords.get("reduction", "mean") == "mean")


def _keras_layer(low: Lowering, node: ast.Call, name: str) -> Module | None:
    """`Dense(10, activation="softmax")`: the activation is the last thing that a layer does."""
    words = {k.arg: k.value for k in node.keywords}
    given = words.get("activation", node.args[0] if name == "Activation" and node.args else None)
    if isinstance(given, ast.Constant) and given.value in ("softmax", "sigmoid", "softplus", "relu", "tanh"):
        return Module(str(given.value), last=True)
    qualified = low.names.qualified(given) if given is not None else None
    short = (qualified or "").rpartition(".")[2]
    if short in ("softmax", "sigmoid"):
        return Module(short, last=True)
    return Module("softmax") if name == "Softmax" else None


def _last_layer(node: ast.expr) -> ast.expr:
    """Of `Sequential(OrderedDict([("fc", Linear(2, 2)), ("out", Softmax(1))]))`, too."""
    match node:
        case ast.Call(func=ast.Name(id="OrderedDict") | ast.Attribute(attr="OrderedDict"), args=[inner]):
            return _last_layer(inner)
        case (
            ast.List(elts=[*_, ast.Tuple(elts=[_, layer])])
            | ast.Dict(values=[*_, layer])
            | ast.List(elts=[*_, layer])
            | ast.Starred(value=layer)
        ):
            return layer
        case _:
            return node
