"""Calls to `Op`: the function, method or module behind a call, with its arguments in torch's order."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from numsan.check.arguments import KEYWORDS, SPECIAL, number, ordered
from numsan.check.copies import inlined
from numsan.check.modules import Module, module_of
from numsan.check.resolve import RENAMED, VIEWS, function_of
from numsan.core.names import PARAMETERS
from numsan.core.op import Leaf, Op

if TYPE_CHECKING:
    from numsan.check.lower import Lowering

_CASTS = {"float": "float32", "double": "float64", "half": "float16", "bfloat16": "bfloat16"}
_DRAWS = frozenset(("rand", "rand_like", "random", "random_sample", "uniform"))
_DISTRIBUTIONS = frozenset(
    ("Bernoulli", "Categorical", "OneHotCategorical", "OneHotCategoricalStraightThrough", "Geometric")
)
_BOUNDING = re.compile(r"clamp|clip|bound")


def lower_call(low: Lowering, node: ast.Call) -> Any:
    """A function of a known library, a method, a module in a variable, a builtin; else a `Leaf`."""
    function = node.func
    if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
        return low.leaf(node)
    qualified = low.names.qualified(function)
    if qualified is not None:
        return _function(low, node, qualified)
    held = (
        low.env.get(low.source.segment(function)) if isinstance(function, ast.Name | ast.Attribute) else None
    )
    if isinstance(held, Module) and node.args:
        return _applied(low, node, held)
    if isinstance(function, ast.Call):
        module = low.lower(function)
        return _applied(low, node, module) if isinstance(module, Module) and node.args else low.leaf(node)
    if isinstance(function, ast.Name | ast.Attribute) and not isinstance(held, Op):
        result = inlined(low, node, low.source.segment(function))
        if result is not None:
            return result
    if isinstance(function, ast.Attribute):
        return _method(low, node, function)
    if isinstance(function, ast.Name) and function.id in ("max", "min", "abs", "pow") and not node.keywords:
        name = {"max": "maximum", "min": "minimum"}.get(function.id, function.id)
        if len(node.args) == len(PARAMETERS[name]):
            return low.op(node, name, *(low.lower(a) for a in node.args))
    if isinstance(function, ast.Name) and _BOUNDING.search(function.id) and node.args:
        return low.op(node, "bounded", low.lower(node.args[0]))
    if isinstance(function, ast.Name) and function.id == "float" and len(node.args) == 1:
        return _float(low.lower(node.args[0]), low.leaf(node))
    return _unknown(low, node)


def _applied(low: Lowering, node: ast.Call, module: Module) -> Op:
    args = [low.lower(a) for a in node.args]
    if module.last:
        args = [Leaf(f"<input of the last layer of {low.source.segment(node)}>")]
    op = low.op(node, module.name, *args, *module.extra)
    if module.last:
        low.foreign.add(id(op))
    return op


def _function(low: Lowering, node: ast.Call, qualified: str) -> Any:
    if qualified.startswith("torch.nn.") and (module := module_of(low, node, qualified)) is not None:
        return module
    found = function_of(qualified)
    if found is None and "distributions" in qualified and qualified.rpartition(".")[2] in _DISTRIBUTIONS:
        return _distribution(low, node, qualified.rpartition(".")[2])
    if found is None:
        return _unknown(low, node)
    library, name = found
    if name in VIEWS and node.args:
        value = low.lower(node.args[0])
        return low.op(node, "view", value) if isinstance(value, Op) else low.leaf(node)
    if name in ("tensor", "as_tensor", "asarray", "array"):
        return _made_from(low, node)
    if name in _DRAWS:
        return low.op(node, "rand") if _unit_draw(node, name, library) else low.leaf(node)
    if name in ("full", "full_like") and len(node.args) > 1:
        return low.op(node, "full", low.lower(node.args[1]))
    op = _named(low, node, name, [low.lower(a) for a in node.args], library == "torch")
    if isinstance(op, Leaf) and op.call is None:
        return _unknown(low, node)
    if library != "torch" and isinstance(op, Op):
        low.foreign.add(id(op))
        if library == "numpy":
            low.plain.add(id(op))
    return op


def _unit_draw(node: ast.Call, name: str, library: str) -> bool:
    """Whether a call draws from [0, 1), the zero included."""
    if any(k.arg in ("minval", "maxval", "low", "high") for k in node.keywords):
        return False
    return name != "uniform" or len(node.args) <= {"numpy": 0, "jax": 2}.get(library, 1)


def _distribution(low: Lowering, node: ast.Call, family: str) -> Op:
    words = {k.arg: low.lower(k.value) for k in node.keywords}
    probs = low.lower(node.args[0]) if node.args else words.get("probs")
    return low.op(node, "distribution", family, probs, words.get("logits"))


def _unknown(low: Lowering, node: ast.Call) -> Leaf:
    """A call of something not modelled keeps its name and its first argument."""
    if not node.args or isinstance(node.args[0], ast.Starred):
        return low.leaf(node)
    text, name = low.source.segment(node), low.source.segment(node.func)
    return Leaf(text, half=low.half, call=(name, low.lower(node.args[0])))


def _method(low: Lowering, node: ast.Call, function: ast.Attribute) -> Any:
    name = RENAMED.get(function.attr, function.attr)
    value = low.lower(function.value)
    if isinstance(value, Module) or not isinstance(value, Op | Leaf):
        return low.leaf(node)
    if name in ("exponential_", "uniform_") and len(node.args) < 1 and not node.keywords:
        return low.op(node, "exponential" if name == "exponential_" else "rand")
    if name == "item" and not node.args:
        return Leaf(low.source.segment(node), half=low.half, call=("item", value))
    if function.attr in VIEWS:
        return low.op(node, "view", value) if isinstance(value, Op) else _same_maker(low, node, value)
    if name in _CASTS and not node.args:
        return low.op(node, "to", value, _CASTS[name])
    if name in ("to", "type", "astype"):
        return _cast(low, node, value)
    args = [value, *(low.lower(a) for a in node.args)]
    made = _named(low, node, name, args, low.names.has_torch)
    return _unknown(low, node) if isinstance(made, Leaf) and made.call is None else made


def _cast(low: Lowering, node: ast.Call, value: Any) -> Any:
    for argument in (*node.args, *(k.value for k in node.keywords if k.arg == "dtype")):
        dtype = _dtype(low, argument)
        if dtype is not None:
            return low.op(node, "to", value, dtype)
    if isinstance(value, Leaf):
        return _same_maker(low, node, value)
    return low.op(node, "view", value) if isinstance(value, Op) else low.leaf(node)


def _same_maker(low: Lowering, node: ast.expr, value: Leaf) -> Leaf:
    """A view or a cast of a value is made where that was; an attribute, with the object."""
    call = (value.text, None) if value.call is None and value.text.startswith("self.") else value.call
    return Leaf(low.source.segment(node), half=value.half, call=call)


def _dtype(low: Lowering, node: ast.expr | None) -> str | None:
    name = (low.names.qualified(node) or "").rpartition(".")[2] if node is not None else ""
    return _CASTS.get(name, name if name in _CASTS.values() else None)


def _made_from(low: Lowering, node: ast.Call) -> Any:
    """`torch.tensor(x, dtype=d)` is a conversion."""
    value = low.lower(node.args[0]) if len(node.args) == 1 else None
    dtype = _dtype(low, next((k.value for k in node.keywords if k.arg == "dtype"), None))
    return low.op(node, "to", value, dtype) if dtype and isinstance(value, Leaf | Op) else low.leaf(node)


def _named(low: Lowering, node: ast.Call, name: str, positional: list[Any], unbiased: bool = True) -> Any:
    keywords = {KEYWORDS.get(k.arg or "", k.arg or ""): low.lower(k.value) for k in node.keywords}
    if name in ("std", "var") and not unbiased and "ddof" not in keywords:
        keywords["ddof"] = 0  # numpy, jax and TensorFlow divide by n
    dtype = _dtype(low, next((k.value for k in node.keywords if k.arg == "dtype"), None))
    if dtype is not None and positional and name == "arange":
        return low.op(node, "to", low.op(node, name, *positional), dtype)
    if dtype is not None and positional:
        positional = [low.op(node, "to", positional[0], dtype), *positional[1:]]
    name = name.removesuffix("_") if name.removesuffix("_") in PARAMETERS else name
    special = SPECIAL.get(name)
    if special is not None:
        shaped = special(positional, keywords)
        if shaped is None:
            return low.leaf(node)
        name, positional = shaped
    parameters = PARAMETERS.get(name)
    if parameters is None:
        return low.leaf(node)
    args = ordered([p for p, _ in parameters], [d for _, d in parameters], positional, keywords)
    if args is None:
        return low.leaf(node)
    if name == "pow":
        return low.binary(node, name, *args)
    return low.op(node, name, *args)


def _float(value: Any, otherwise: Leaf) -> Any:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return otherwise
    return float(value) if number(value) else otherwise
