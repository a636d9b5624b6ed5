"""Calls to `Op`: the function, method or module behind a call, with its arguments in torch's order."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from numsan.check.arguments import KEYWORDS, SPECIAL, number, ordered
from numsan.check.casts import (
    CASTS,
    CONVERSIONS,
    cast,
    dtype,
    dtype_of_name,
    format_of_name,
    made_from,
    same_maker,
    unit_draw,
)
from numsan.check.composed import COMPOSED, composed
from numsan.check.copies import inlined
from numsan.check.elsewhere import arrived, imported
from numsan.check.modules import Instance, Module, Named, module_of
from numsan.check.objects import called, method_of, wrapped
from numsan.check.records import made_record, record_name
from numsan.check.resolve import RENAMED, VIEWS, function_of
from numsan.check.shapes import (
    counts_places,
    norm_spelled_out,
    of_its_place,
    poured,
    scattered,
    stacked_pair,
    statistics,
    together,
)
from numsan.check.uses import note_ranking
from numsan.core.names import PARAMETERS
from numsan.core.op import Leaf, Op
from numsan.core.values import peel

if TYPE_CHECKING:
    from numsan.check.lower import Lowering

_DRAWS = frozenset(("rand", "rand_like", "random", "random_sample", "uniform"))
_DISTRIBUTIONS = frozenset(
    ("Bernoulli", "Categorical", "OneHotCategorical", "OneHotCategoricalStraightThrough", "Geometric")
)
_MAKERS = frozenset(f"torch.{name}" for name in ("Tensor", "FloatTensor", "DoubleTensor", "from_numpy"))
_NUMBERS = frozenset(("float16", "bfloat16", "float32", "float64"))  # as functions: `np.float16(eps)`
_NUMBER_KEPT = ("to", "type", "astype", "type_as", "cuda", "cpu", "item")
_SELECTED = ("index_select", "gather", "take")
_GENERATOR = re.compile(r"(^|[._])(rng|np_random|random_state|prng)$")
_SAFE = re.compile(r"(^|[._])_?(nan_?)?safe_?(div|ratio|norm|sqrt)\w*$|_no_nan$")
_BOUNDING = re.compile(r"clamp|clip|bound")


def lower_call(low: Lowering, node: ast.Call) -> Any:
    """A function of a known library, a method, a module in a variable, a builtin; else a `Leaf`."""
    function = node.func
    if low.beside_file and (defined := low.beside_file.get(low.source.segment(function))) is not None:
        made = imported(low, node, low.source.segment(function), defined)
        return _unknown(low, node) if made is None else made
    qualified = low.names.qualified(function)
    starred = any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords)
    if starred and node.args and (qualified or "").endswith((".clamp", ".clip")):
        return low.op(node, "bounded", low.lower(node.args[0]))
    reshaped = isinstance(function, ast.Attribute) and function.attr in VIEWS
    if starred and not reshaped and (qualified is None or not qualified.endswith(".Sequential")):
        return low.leaf(node)
    if qualified is not None:
        return lower_function(low, node, qualified)
    held = (
        low.env.get(low.source.segment(function)) if isinstance(function, ast.Name | ast.Attribute) else None
    )
    if record_name(low, node) and (record := made_record(low, node)) is not None:
        return record
    if isinstance(function, ast.Call):
        held = low.lower(function)
        if not isinstance(held, Module | Instance | Named):
            return low.leaf(node)
    if isinstance(held, Module | Instance | Named):
        made = called(low, node, held)
        return _unknown(low, node) if made is None else made
    if isinstance(function, ast.Name) and function.id in low.classes:
        return Instance(function.id)
    if isinstance(function, ast.Name) and function.id == "self" and low.function:
        made = inlined(low, node, "self.forward")
        return _unknown(low, node) if made is None else made
    if isinstance(function, ast.Name | ast.Attribute) and _SAFE.search(low.source.segment(function)):
        return _unknown(low, node)  # what it does about the edge is looked at where it is defined
    if isinstance(function, ast.Name | ast.Attribute) and not isinstance(held, Op):
        if (known := low.lambdas.get(low.source.segment(function))) is not None:
            arrived(low, node, known)
        result = inlined(low, node, low.source.segment(function))
        if result is not None:
            return result
    if isinstance(function, ast.Attribute):
        return _method(low, node, function)
    if isinstance(function, ast.Name) and function.id == "sum" and len(node.args) == 1:
        value = low.lower(node.args[0])
        return low.op(node, "sum", value) if isinstance(value, Op) else _unknown(low, node)
    if isinstance(function, ast.Name) and function.id in ("max", "min", "abs", "pow") and not node.keywords:
        name = {"max": "maximum", "min": "minimum"}.get(function.id, function.id)
        if name in ("maximum", "minimum") and len(node.args) == 1:
            return low.op(node, "amax" if name == "maximum" else "amin", low.lower(node.args[0]))
        if len(node.args) == len(PARAMETERS[name]):
            return low.op(node, name, *(low.lower(a) for a in node.args))
    if isinstance(function, ast.Name) and _BOUNDING.search(function.id) and node.args:
        return low.op(node, "bounded", low.lower(node.args[0]))
    if isinstance(function, ast.Name) and function.id == "int" and len(node.args) == 1:
        return Leaf(low.source.segment(node), half=low.half, call=("item", low.lower(node.args[0])))
    if isinstance(function, ast.Name) and function.id == "float" and len(node.args) == 1:
        value = low.lower(node.args[0])
        return low.op(node, "view", value) if isinstance(value, Op) else _float(value, low.leaf(node))
    return _unknown(low, node)


def lower_function(low: Lowering, node: ast.Call, qualified: str, extra: list[Any] | None = None) -> Any:
    """A call of a library's function, `extra` being what a `partial` has given to it."""
    if (held := wrapped(low, node, qualified)) is not None:
        return held
    if (qualified.startswith("torch.nn.") or "keras" in qualified) and (
        module := module_of(low, node, qualified)
    ) is not None:
        return module
    if qualified.endswith("_no_nan"):
        low.tested |= {low.original(low.lower(a)) for a in node.args}
    if qualified in _MAKERS and len(node.args) == 1 and not node.keywords:
        return made_from(low, node)
    if (pair := statistics(low, node, qualified.rpartition(".")[2])) is not None:
        return pair
    found = function_of(qualified)
    if found is None and "distributions" in qualified and qualified.rpartition(".")[2] in _DISTRIBUTIONS:
        return _distribution(low, node, qualified.rpartition(".")[2])
    if found is None:
        return _unknown(low, node)
    library, name = found
    if name in VIEWS and node.args:
        value = together(low, node.args[0])
        if isinstance(value, Leaf) and value.call is not None:
            return same_maker(low, node, value)
        return low.op(node, "view", value) if isinstance(value, Op) else low.leaf(node)
    if name == "diag" and node.args and _product(of := low.lower(node.args[0])):
        return low.op(node, "view", of)
    if name in CONVERSIONS and node.args:
        return cast(low, node, low.lower(node.args[0]))
    if name in ("ones", "ones_like"):
        return low.op(node, "ones")
    if node.args and counts_places(node, name):
        return low.op(node, "scatter", *(low.lower(a) for a in poured(node, 0)))
    if name in ("tensor", "as_tensor", "asarray", "array"):
        return made_from(low, node)
    if name in _DRAWS:
        return low.op(node, "rand") if unit_draw(node, name, library) else low.leaf(node)
    if name in ("full", "full_like") and len(node.args) > 1:
        into = dtype_of_name(low, next((k.value for k in node.keywords if k.arg == "dtype"), None))
        wide = into not in (None, "float16")
        return low.leaf(node) if wide else low.op(node, "full", low.lower(node.args[1]))
    if library in ("numpy", "jax") and name in _NUMBERS and len(node.args) == 1 and not node.keywords:
        value = low.lower(node.args[0])
        return low.op(node, "to", value, name) if isinstance(value, Op | Leaf) else value
    positional = [*(low.lower(a) for a in node.args), *(v for _, v in extra or ())]
    if name in ("softmax", "log_softmax") and library != "torch" and len(positional) == 1:
        positional += [] if node.keywords else [-1]  # what torch asks for is the last axis elsewhere
    op = _named(low, node, name, positional, library == "torch")
    if isinstance(op, Leaf) and op.call is None:
        return _unknown(low, node)
    if library in ("jax", "tensorflow") and isinstance(op, Op) and op.name == "norm":
        op = norm_spelled_out(low, node, op)
    if isinstance(op, Op) and qualified.startswith("math."):
        low.raising.add(id(op))
    if library != "torch" and isinstance(op, Op):
        low.foreign.add(id(op))
        if library == "numpy":
            low.plain.add(id(op))
    return op


def _distribution(low: Lowering, node: ast.Call, family: str) -> Op:
    words = {k.arg: low.lower(k.value) for k in node.keywords}
    probs = low.lower(node.args[0]) if node.args else words.get("probs")
    return low.op(node, "distribution", family, probs, words.get("logits"))


def _unknown(low: Lowering, node: ast.Call) -> Leaf:
    """A call of something not modelled keeps its name and its first argument."""
    note_ranking(low, node)
    words = node.keywords and isinstance(node.func, ast.Attribute)
    if not node.args and (words or getattr(node.func, "attr", "") in ("zeros", "normal")):
        return Leaf(low.source.segment(node), half=low.half, call=(low.source.segment(node.func), None))
    if not node.args or isinstance(node.args[0], ast.Starred):
        return low.leaf(node)
    text, name = low.source.segment(node), low.source.segment(node.func)
    return Leaf(text, half=low.half, call=(name, low.lower(node.args[0])))


def _method(low: Lowering, node: ast.Call, function: ast.Attribute) -> Any:
    name = RENAMED.get(function.attr, function.attr)
    value = low.lower(function.value)
    if function.attr == "register_buffer":
        low.fixed |= {id(low.lower(a)) for a in node.args}
    if isinstance(value, Instance):
        made = method_of(low, node, function, value)
        return _unknown(low, node) if made is None else made
    if isinstance(value, Module) and function.attr == "to":
        return value
    if number(value) and name in _NUMBER_KEPT:
        return value
    if isinstance(value, Module) or not isinstance(value, Op | Leaf):
        return low.leaf(node)
    if name in ("random", "random_sample") and _GENERATOR.search(low.source.segment(function.value)):
        return low.op(node, "rand")
    if name in ("exponential_", "uniform_") and len(node.args) < 1 and not node.keywords:
        return low.op(node, "exponential" if name == "exponential_" else "rand")
    if counts_places(node, name.removesuffix("_"), 2):
        return low.op(node, "scatter", *([low.lower(a) for a in poured(node, 1)] or [value]))
    if name in _SELECTED and scattered(value):
        return of_its_place(low, node, value)
    if name == "item" and not node.args:
        if isinstance(function.value, ast.Call):
            low.fixed.add(id(value))
        return Leaf(low.source.segment(node), half=low.half, call=("item", value))
    if name == "diag" and _product(value):
        return low.op(node, "view", value)
    if function.attr == "type_as" and node.args and (into := format_of_name(low, node.args[0])) is not None:
        return low.op(node, "to", value, into)
    if function.attr in VIEWS:
        return low.op(node, "view", value) if isinstance(value, Op) else same_maker(low, node, value)
    if name == "assign" and len(node.args) == 1:  # of a variable of TensorFlow: what it is from now on
        return low.op(node, "view", low.lower(node.args[0]))
    if name in CASTS and not node.args:
        return low.op(node, "to", value, CASTS[name])
    if name in ("to", "type", "astype"):
        return cast(low, node, value)
    args = [value, *(low.lower(a) for a in node.args)]
    made = _named(low, node, name, args, low.names.has_torch)
    return _unknown(low, node) if isinstance(made, Leaf) and made.call is None else made


def _named(low: Lowering, node: ast.Call, name: str, positional: list[Any], unbiased: bool = True) -> Any:
    keywords = {KEYWORDS.get(k.arg or "", k.arg or ""): low.lower(k.value) for k in node.keywords}
    if name in ("std", "var") and not unbiased and "ddof" not in keywords:
        keywords["ddof"] = 0  # numpy, jax and TensorFlow divide by n
    asked = next((k.value for k in node.keywords if k.arg == "dtype"), None)
    into = dtype(low, asked)
    if name == "arange" and into is None:
        into = dtype_of_name(low, asked)
    if into is not None and positional and name == "arange":
        return low.op(node, "to", low.op(node, name, *positional), into)
    if into is not None and positional:
        positional = [low.op(node, "to", positional[0], into), *positional[1:]]
    plain = name.removesuffix("_")
    name = plain if plain in PARAMETERS or plain in COMPOSED else name
    if name in COMPOSED:
        made = composed(low, node, name, positional, keywords)
        if made is not None:
            return made
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
    if keywords.get("reduction", "mean") != "mean":
        op = low.op(node, name, *args)
        low.unreduced.add(id(op))
        return op
    if name in ("amax", "amin") and (pair := stacked_pair(low, node)) is not None:
        return low.op(node, "maximum" if name == "amax" else "minimum", *pair)
    return low.op(node, name, *args)


def _product(value: Any) -> bool:
    """A matrix, whose diagonal is a view of it: of a vector `diag` makes one."""
    held = peel(value)
    return isinstance(held, Op) and held.name == "matmul"


def _float(value: Any, otherwise: Leaf) -> Any:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return otherwise
    return float(value) if number(value) else otherwise
