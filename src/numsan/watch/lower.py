"""Dispatched operation to canonical name and arguments: the runtime half of "one pattern, two worlds".

`numsan.core.names` holds the order of arguments that both halves keep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numsan.core.names import trimmed
from numsan.core.op import Op

Call = tuple[str, tuple[Any, ...]]
Args = Sequence[Any]  # with `Op`, `Leaf` and constants
Special = Callable[[Args, Mapping[str, Any], str], tuple[str, Args]]

_VIEWS = """
view _unsafe_view reshape _reshape_alias expand t transpose permute unsqueeze squeeze slice select detach
alias clone lift_fresh contiguous as_strided split split_with_sizes chunk unbind narrow diagonal movedim
flatten unflatten swapaxes numpy_T view_as expand_as broadcast_to repeat _to_copy to copy lift_fresh_copy
swapdims flip roll unfold detach_ squeeze_ unsqueeze_ transpose_ t_ view_copy expand_copy select_copy
slice_copy
"""
VIEWS = frozenset(_VIEWS.split())

_RENAMED = {
    "mm": "matmul", "bmm": "matmul", "mv": "matmul", "dot": "matmul", "log_sigmoid_forward": "logsigmoid",
    "linalg_vector_norm": "norm", "_linalg_det": "det", "linalg_det": "det", "_cdist_forward": "cdist",
    "true_divide": "div",
    "nll_loss_forward": "nll_loss", "nll_loss2d_forward": "nll_loss", "native_layer_norm": "layer_norm",
    "special_xlog1py": "xlog1py", "special_entr": "entr",
    "special_log_ndtr": "log_ndtr", "special_erfcx": "erfcx",
    "arccos": "acos", "arcsin": "asin", "arctanh": "atanh", "arccosh": "acosh",
    "multiply": "mul", "divide": "div",
    "subtract": "sub",
    "_linalg_slogdet": "slogdet", "linalg_inv_ex": "inverse", "linalg_cholesky_ex": "cholesky",
    "linalg_eigh": "eigh",
    "_linalg_eigh": "eigh", "_linalg_svd": "svd", "_linalg_solve_ex": "solve",
    "absolute": "abs",
}  # fmt: skip


def canonical(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any] | None = None) -> Call:
    """Name and arguments of one call, `args` being `Op`, `Leaf` or constants already. `add_` is `add`."""
    kwargs = kwargs or {}
    packet = str(func.overloadpacket.__name__)
    name = packet if packet.startswith("__") else packet.removesuffix("_") or packet
    overload = str(getattr(func, "_overloadname", ""))
    special = _SPECIAL.get(name)
    if special is not None:
        name, lowered = special(args, kwargs, overload)
    else:
        name = _RENAMED.get(name, name)
        lowered = (*args, *_positional(func, args, kwargs))
    return name, trimmed(name, tuple(_plain(a) for a in lowered))


def _plain(arg: Any) -> Any:
    """A list of one (`dim=[1]`) is its element; longer ones become tuples."""
    if isinstance(arg, list | tuple):
        items: tuple[Any, ...] = tuple(arg)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return items[0] if len(items) == 1 else items
    return arg


def _positional(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
    """Keyword arguments in the order of the schema, up to the last one given."""
    rest = func._schema.arguments[len(args) :]
    named = [a.name for a in rest]
    given = [i for i, name in enumerate(named) if name in kwargs and name not in _IGNORED]
    return [kwargs.get(a.name, a.default_value) for a in rest[: given[-1] + 1]] if given else []


_IGNORED = frozenset(
    ("dtype", "layout", "device", "pin_memory", "memory_format", "non_blocking", "out", "generator")
)


def _rsub(args: Args, kwargs: Mapping[str, Any], overload: str) -> tuple[str, Args]:
    alpha = args[2] if len(args) > 2 else kwargs.get("alpha", 1)
    return "sub", (args[1], args[0]) if alpha == 1 else (args[1], args[0], alpha)


def _reciprocal(args: Args, kwargs: Mapping[str, Any], overload: str) -> tuple[str, Args]:
    return "div", (1.0, args[0])


def _mul(args: Args, kwargs: Mapping[str, Any], overload: str) -> tuple[str, Args]:
    """`c / x` is dispatched as reciprocal, then mul; the reciprocal has become `div(1.0, x)` by now."""
    made, scale = args[0], args[1]
    if isinstance(made, Op) and isinstance(scale, int | float) and made.name == "div" and made.args[0] == 1.0:
        return "div", (scale, made.args[1])
    return "mul", args[:2]


def _pow(args: Args, kwargs: Mapping[str, Any], overload: str) -> tuple[str, Args]:
    if isinstance(args[1], float) and args[1] in (0.5, -0.5):
        return ("sqrt" if args[1] > 0 else "rsqrt"), args[:1]
    return "pow", args


def _scaled(name: str) -> Special:
    def lower(args: Args, kwargs: Mapping[str, Any], overload: str) -> tuple[str, Args]:
        alpha = args[2] if len(args) > 2 else kwargs.get("alpha", 1)
        return name, args[:2] if alpha == 1 else (*args[:2], alpha)

    return lower


def _softmax(name: str) -> Special:
    return lambda args, kwargs, overload: (name, args[:2])


def _extreme(reduction: str, pairwise: str) -> Special:
    """`max` is three operations: over everything, along a dimension, of two tensors."""
    return lambda args, kwargs, overload: (pairwise if overload == "other" else reduction, args)


def _spread(name: str) -> Special:
    def lower(args: Args, kwargs: Mapping[str, Any], overload: str) -> tuple[str, Args]:
        dim = args[1] if len(args) > 1 else kwargs.get("dim")
        correction = kwargs.get("correction", args[2] if len(args) > 2 else 1)
        keepdim = kwargs.get("keepdim", args[3] if len(args) > 3 else False)
        return name, (args[0], _plain(dim), 1 if correction is None else correction, keepdim)

    return lower


def _to(args: Args, kwargs: Mapping[str, Any], overload: str) -> tuple[str, Args]:
    dtype = kwargs.get("dtype")
    return "to", (args[0],) if dtype is None else (args[0], str(dtype).removeprefix("torch."))


def _fused_add(args: Args, kwargs: Mapping[str, Any], overload: str) -> tuple[str, Args]:
    """The bias of `addmm` says nothing about a product's range: the product is what matters."""
    return "matmul", args[1:3]


_SPECIAL: dict[str, Special] = {
    "rsub": _rsub,
    "reciprocal": _reciprocal,
    "mul": _mul,
    "multiply": _mul,
    "pow": _pow,
    "float_power": _pow,
    "square": lambda args, kwargs, overload: ("pow", (args[0], 2)),
    "add": _scaled("add"),
    "sub": _scaled("sub"),
    "_softmax": _softmax("softmax"),
    "_safe_softmax": _softmax("safe_softmax"),
    "_log_softmax": _softmax("log_softmax"),
    "max": _extreme("amax", "maximum"),
    "min": _extreme("amin", "minimum"),
    "std": _spread("std"),
    "var": _spread("var"),
    "std_mean": _spread("std"),
    "var_mean": _spread("var"),
    "clamp_min": lambda args, kwargs, overload: ("clamp", args[:2]),
    "clamp_max": lambda args, kwargs, overload: ("clamp", (args[0], None, args[1])),
    "clamp": lambda args, kwargs, overload: ("clamp", (args[0], *_bounds(args, kwargs))),
    "_to_copy": _to,
    "to": _to,
    "addmm": _fused_add,
    "baddbmm": _fused_add,
    "addmv": _fused_add,
    "masked_fill": lambda args, kwargs, overload: ("masked_fill", args[:3]),
}


def _bounds(args: Args, kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
    low = args[1] if len(args) > 1 else kwargs.get("min")
    return low, args[2] if len(args) > 2 else kwargs.get("max")
