"""Assignments: what the names on the left hold afterwards."""

from __future__ import annotations

import ast
import math
import re
from typing import Any

from numsan.check.arguments import number
from numsan.check.bindings import Flow, forget, key_of
from numsan.check.buffers import buffer_of, masked_by, stored_in
from numsan.check.casts import short_format
from numsan.check.constants import item_key
from numsan.check.copies import doubted
from numsan.check.in_place import forget_viewed
from numsan.check.inner import inside
from numsan.check.modules import Instance, Module, Named, Several
from numsan.check.resolve import VIEWS
from numsan.check.returns import Returned
from numsan.core import formats
from numsan.core.bounds import INF, interval
from numsan.core.op import Leaf, Op
from numsan.core.pairs import measured
from numsan.core.values import source as written

_LARGEST_HALF = formats.of("float16").max
_EDGED = frozenset(("log", "sqrt", "rsqrt", "acos", "asin", "log2", "log10"))
_APART = frozenset(("unbind", "split", "chunk", "tensor_split", "unstack", "array_split"))
_SPECTRA = {"eigh": (0, "eigvalsh"), "svd": (1, "svdvals")}  # which part of what they return are the values
_FORMAT = re.compile(r"dtype|half|float|fp16|(?<![a-z])amp\b|bf16")
_TINY = 1e-2  # below it a number is an epsilon, which depends on what it is for


def value_of(flow: Flow, value: ast.expr) -> Any:
    """What an expression gives, several values as a tuple or dict of theirs."""
    match value:
        case ast.Tuple(elts=elts):
            return Several({i: value_of(flow, e) for i, e in enumerate(elts)})
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return Several({k.value: value_of(flow, v) for k, v in pairs if isinstance(k, ast.Constant)})
        case ast.List(elts=[*_, last]) if isinstance(module := flow.lowering.lower(last), Module):
            return Several({-1: module})
        case ast.IfExp(test=test, body=body, orelse=orelse):
            both = value_of(flow, body), value_of(flow, orelse)
            chosen_by_format = _FORMAT.search(flow.lowering.source.segment(test))
            if (
                not chosen_by_format
                and all(number(v) and abs(v) > _TINY for v in both)
                and (both[0] > 0) == (both[1] > 0)
            ):
                return both[0]  # an exponent, a factor: either way of that sign
            told = [v for v in both if isinstance(v, Op | Several)]
            if len(told) != 1:
                return flow.lowering.leaf(value)
            return doubted(flow.lowering, told[0]) if isinstance(told[0], Op) else told[0]
        case _:
            return flow.lowering.lower(value)


def each_of(flow: Flow, value: ast.expr) -> Several | None:
    """`(t.float() for t in (mu, logvar))`: what it makes of each."""
    match value:
        case ast.GeneratorExp(elt=elt, generators=[each]) | ast.ListComp(elt=elt, generators=[each]) if (
            isinstance(each.target, ast.Name) and isinstance(each.iter, ast.Tuple | ast.List) and not each.ifs
        ):
            name = each.target.id
        case _:
            return None
    low = flow.lowering
    made: dict[Any, Any] = {}
    before, outside = low.made, dict(low.env)
    for place, one in enumerate(each.iter.elts):
        given = low.lower(one)
        low.made, low.env[name] = {}, given
        made[place] = low.lower(elt)
        low.made, low.env = before, dict(outside)
    return Several(made)


def hold(flow: Flow, target: ast.expr, held: Any) -> None:
    """`target` is bound to a value that is known."""
    if isinstance(target, ast.Tuple) and isinstance(held, Several):
        in_order = list(held.items.values())
        for place, one in enumerate(target.elts):
            named = in_order[place] if len(in_order) == len(target.elts) else None
            hold(flow, one, held.items.get(place, named))
        return
    forget(flow, target)
    if isinstance(target, ast.Tuple):
        if isinstance(held, Leaf):
            _unpack(flow, target, held)
        elif isinstance(held, Op) and held.name in _SPECTRA:
            place, maker = _SPECTRA[held.name]
            if place < len(target.elts):
                values = Leaf("", half=flow.lowering.half, call=(maker, held.args[0]))
                hold(flow, target.elts[place], values)
        return
    key = key_of(flow, target)
    if key is None:
        return
    if isinstance(held, Several):
        for name, item in held.items.items():
            if isinstance(name, str) and isinstance(item, Op | Module | Instance):
                flow.lowering.env[f"{key}[{name!r}]"] = item
        flow.lowering.env[key] = held
        flow.lowering.several = True
    elif isinstance(held, Op | Module | Instance | Named | int | float) and not isinstance(held, bool):
        flow.lowering.env[key] = held
    elif isinstance(held, Leaf) and "finfo(" in held.text and held.text.endswith(".min"):
        flow.lowering.env[key] = Leaf(held.text, half=held.half)
    elif isinstance(held, Leaf) and short_format(held.text):
        flow.lowering.env[key] = held
    elif isinstance(held, Leaf) and (held.call is not None or measured(held.text)):
        flow.lowering.env[key] = Leaf(key, half=held.half, call=held.call or (held.text, None))


def _unpack(flow: Flow, target: ast.Tuple, held: Leaf) -> None:
    """`mu, logvar = posterior`: which name is which part, and what they are where that shows."""
    maker = _parts(held.text)
    for place, one in enumerate(target.elts):
        if isinstance(one, ast.Name):
            flow.lowering.unpacked[flow.scope.function, one.id] = held.text, place
        if maker:
            hold(flow, one, Leaf("", half=held.half, call=(maker, None)))


def _parts(made: str) -> str:
    """Of what several names get: numbers of the vectors of a last axis, `x.unbind(-1)`; positions of a grid."""
    if made.endswith((".unbind(-1)", ".unbind(dim=-1)", ".T")):
        return "unbind"
    return "meshgrid" if "meshgrid(" in made.partition("(")[0] + "(" else ""


def assign(flow: Flow, target: ast.expr, value: ast.expr) -> None:
    held = each_of(flow, value) if isinstance(target, ast.Tuple) else None
    held = value_of(flow, value) if held is None else held
    if isinstance(target, ast.Subscript):
        _assign_part(flow, target, held)
        return
    if isinstance(target, ast.Name) and isinstance(value, ast.Name) and value.id in flow.scope.guards:
        flow.scope.guards.add(target.id)  # what has been asked about, under another name
    if (
        isinstance(target, ast.Name)
        and isinstance(value, ast.Subscript)
        and isinstance(value.slice, ast.Name)
    ):
        flow.scope.taken.setdefault(value.slice.id, set()).add(target.id)
    if isinstance(target, ast.Tuple):
        if target.elts and isinstance(held, Op) and held.name in ("amax", "amin"):
            forget(flow, target)
            key = key_of(flow, target.elts[0])
            if key is not None:
                flow.lowering.env[key] = held
            return
        if (whole := _whole(flow, value)) is not None:
            for one in target.elts:
                hold(flow, one, flow.lowering.op(value, "view", whole))
            return
        hold(flow, target, held)
        if isinstance(held, Leaf) and (counts := _histogram(flow, value)) is not None:
            hold(flow, target.elts[0], counts)
        elif isinstance(held, Leaf) and _tallied(value):
            hold(flow, target.elts[-1], Leaf("", half=held.half, call=("bincount", None)))
        elif isinstance(held, Leaf) and held.call is not None and len(target.elts) == 2:
            _hold_extremes(flow, target, value, held)
        return
    if flow.lowering.either and isinstance(target, ast.Name):
        _either_seen_otherwise(flow, target.id, value)
    hold(flow, target, held)
    if isinstance(value, ast.Lambda):
        _keep_lambda(flow, target, value)


def _assign_part(flow: Flow, target: ast.Subscript, held: Any) -> None:
    if _word(target.slice):
        key = item_key(target, flow.source)
        flow.scope.assigned.append((key, target.lineno))
        flow.lowering.env[key] = held if isinstance(held, Op) else flow.lowering.leaf(target)
        return
    if isinstance(target.slice, ast.Compare | ast.Call | ast.Name):
        chosen = flow.lowering.lower(target.slice)  # a place is overwritten by what its value is
        text = flow.source.segment(target.value)
        if held != 0 and _least_of(chosen, text):
            flow.scope.guards.add(text)
        elif _least_of(chosen, text) and isinstance(whole := flow.lowering.env.get(text), Op):
            flow.lowering.clamped.add(flow.lowering.original(whole))  # `d[d < 0] = 0`
    if flow.lowering.half and number(held) and _LARGEST_HALF < abs(held) < math.inf:
        op = flow.lowering.op(
            target, "masked_fill", flow.lowering.lower(target.value), flow.lowering.leaf(target), float(held)
        )
        flow.lowering.doubtful.add(id(op))
        flow.scope.ops.append(op)
    elif held == 0 and isinstance(target.slice, ast.Name | ast.UnaryOp):
        _hide_part(flow, target)
    buffer, masked = buffer_of(flow, target), masked_by(flow, target, held)
    hold(flow, target, held)
    if buffer is not None:
        stored_in(flow, target, buffer, held)
    elif masked is not None:
        flow.lowering.env[masked[0]] = masked[1]


def _least_of(chosen: Any, text: str) -> bool:
    """`x == 0`, `x < eps`: where `x` is overwritten, somebody has thought of its zeros."""
    return (
        isinstance(chosen, Op)
        and chosen.name in ("eq", "lt", "le")
        and isinstance(of := chosen.args[0], Leaf | Op)
        and written(of) == text
    )


def _hide_part(flow: Flow, target: ast.Subscript) -> None:
    """`y = log(x); y[~mask] = 0` is seen as `y.masked_fill(~mask, 0)`."""
    key, low = key_of(flow, target.value), flow.lowering
    whole = low.env.get(key) if key is not None else None
    if isinstance(whole, Op) and whole.name in _EDGED:
        op = low.op(target, "masked_fill", whole, low.lower(target.slice), 0.0)
        low.doubtful.add(id(op))
        flow.scope.ops.append(op)


def _either_seen_otherwise(flow: Flow, name: str, value: ast.expr) -> None:
    """`flat = weights.flatten()`, `row = weights[i]` is what `weights` is, whichever branch made it."""
    match value:
        case ast.Call(func=ast.Attribute(value=of, attr=attr)) if attr in VIEWS:
            pass
        case ast.Subscript(value=of):
            pass
        case _:
            return
    alternatives = flow.lowering.either.get(flow.source.segment(of))
    if alternatives:
        flow.lowering.either[name] = alternatives


def _histogram(flow: Flow, value: ast.expr) -> Op | None:
    """The counts of `counts, edges = np.histogram(x)`: no sample in a bin is 0."""
    qualified = flow.lowering.names.qualified(value.func) if isinstance(value, ast.Call) else None
    if qualified is None or not qualified.endswith((".histogram", ".histogram2d", ".histogramdd")):
        return None
    return flow.lowering.op(value, "scatter", flow.lowering.leaf(value))


def _whole(flow: Flow, value: ast.expr) -> Op | None:
    """What `x, y, z = v.unbind(-1)`, `torch.split(v, 1, dim=1)` takes apart: each part has values of it."""
    match value:
        case ast.Call(func=ast.Attribute(value=of, attr=name)) if name in _APART:
            library = flow.lowering.names.qualified(value.func) is not None
            if library and not value.args:
                return None
            held = flow.lowering.lower(value.args[0] if library else of)
            return held if isinstance(held, Op) and interval(held) != (-INF, INF) else None
        case _:
            return None


def _tallied(value: ast.expr) -> bool:
    """`values, counts = x.unique(return_counts=True)`: how often each value occurs, last."""
    return isinstance(value, ast.Call) and any(k.arg == "return_counts" for k in value.keywords)


def _hold_extremes(flow: Flow, target: ast.Tuple, value: ast.expr, held: Leaf) -> None:
    """`lo, hi = torch.aminmax(x)`, and two percentiles at once."""
    name, of = (held.call[0].rpartition(".")[2], held.call[1]) if held.call is not None else ("", None)
    if name == "aminmax" and isinstance(of, Op | Leaf):
        for one, extreme in zip(target.elts, ("amin", "amax"), strict=True):
            hold(flow, one, flow.lowering.op(value, extreme, of))
    elif name in ("percentile", "nanpercentile", "quantile", "nanquantile"):
        for one in target.elts:
            hold(flow, one, Leaf("", half=held.half, call=(name, of)))


def _word(index: ast.expr) -> bool:
    return isinstance(index, ast.Constant) and isinstance(index.value, str)


def _keep_lambda(flow: Flow, target: ast.expr, value: ast.Lambda) -> None:
    key, low = key_of(flow, target), flow.lowering
    outside = inside(low, value)
    body = low.lower(value.body)
    low.env = outside
    if key is not None and isinstance(body, Op):
        low.lambdas[key] = Returned(tuple(a.arg for a in value.args.args), body)


def augment(
    flow: Flow, target: ast.expr, operator: ast.operator, value: ast.expr, node: ast.AugAssign
) -> None:
    key = key_of(flow, target)
    if key is None:
        forget(flow, target)
        forget_viewed(flow, target)
        return
    held = flow.lowering.env.get(key, Leaf(key))
    written = ast.copy_location(ast.BinOp(left=target, op=operator, right=value), node)
    flow.lowering.made[target] = held
    result = flow.lowering.lower(written)
    if isinstance(result, Op) and id(result) in flow.lowering.spans:
        flow.lowering.doubtful.add(id(result))  # its text is a statement, which no expression replaces
        flow.scope.ops.append(result)
    forget(flow, target)
    if isinstance(result, Op):
        flow.lowering.env[key] = result
