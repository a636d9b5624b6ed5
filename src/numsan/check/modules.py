"""Torch modules kept in variables and attributes: calling one is an operation."""

from __future__ import annotations

import ast
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
    "NLLLoss": "nll_loss", "MSELoss": "mse_loss", "KLDivLoss": "kl_div",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Module:
    """A torch module in a variable: calling it is the operation `name` with these further arguments."""

    name: str
    extra: tuple[Any, ...] = ()
    last: bool = False  # the last layer of a sequence: what it is applied to has no name


def module_of(low: Lowering, node: ast.Call, qualified: str) -> Module | None:
    name = qualified.rpartition(".")[2]
    if name == "Sequential" and node.args:
        last = low.lower(node.args[-1])
        return Module(last.name, last.extra, last=True) if isinstance(last, Module) else None
    if name not in _MODULES:
        return None
    keywords = {k.arg: low.lower(k.value) for k in node.keywords}
    if name in ("Softmax", "LogSoftmax"):
        dim = low.lower(node.args[0]) if node.args else keywords.get("dim")
        return Module(_MODULES[name], (dim,) if number(dim) else ())
    return Module(_MODULES[name])
