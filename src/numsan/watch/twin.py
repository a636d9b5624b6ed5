"""The float64 twin of everything that runs: each operation computes in float64, whatever format it was asked for.

Random numbers are drawn as they would have been and widened afterwards, so that the twin sees the same ones.
"""

from __future__ import annotations

from typing import Any, cast

import torch

from numsan.watch import hooks

_WIDE = {torch.float16: torch.float64, torch.bfloat16: torch.float64, torch.float32: torch.float64,
         torch.complex64: torch.complex128, torch.complex32: torch.complex128}  # fmt: skip
_AS_THEY_ARE = frozenset(("copy_", "set_", "resize_", "zero_", "fill_", "_resize_output_", "record_stream"))
_COMPUTE = frozenset(("native_dropout", "rrelu_with_noise"))  # random, but arithmetic on what they are given
_SCALER = {  # arguments that a GradScaler counts with: they must be float32
    "_amp_foreach_non_finite_check_and_unscale_": ("found_inf", "inv_scale"),
    "_amp_update_scale_": ("self", "growth_tracker", "found_inf"),
}


class Float64Twin(hooks.DispatchMode):
    """Dispatch mode. Tensors that exist already keep their format and are widened where they are read."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        name = func.overloadpacket.__name__
        if name in _AS_THEY_ARE or _makes_view(func) or name.startswith("sym_"):
            return func(*args, **kwargs)
        if torch.Tag.nondeterministic_seeded in func.tags and not _computes(name):
            return _drawn(func, args, kwargs)
        return _computed(func, args, kwargs, name)


def _makes_view(func: Any) -> bool:
    return any(r.alias_info is not None and not r.alias_info.is_write for r in func._schema.returns)


def _computes(name: str) -> bool:
    return name in _COMPUTE or name.startswith("_scaled_dot_product")


def _computed(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], name: str) -> Any:
    written: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
    schema = func._schema.arguments
    places = {a.name: a for a in schema}
    narrow = _SCALER.get(name, ())

    def given(place: Any, value: Any) -> Any:
        if place.name in narrow:
            return _as_scale(value, written)
        writes = place.alias_info is not None and place.alias_info.is_write
        return _widened(value, written if writes else None)

    new_args = [given(place, value) for place, value in zip(schema, args, strict=False)]
    new_kwargs = {k: given(places[k], v) for k, v in kwargs.items()}
    out = func(*new_args, **new_kwargs)
    for narrow_one, wide_one in written.values():
        if wide_one.shape == narrow_one.shape:
            narrow_one.copy_(wide_one)
        else:  # an `out=` argument takes the shape of the result
            narrow_one.resize_(wide_one.shape).copy_(wide_one)
    return _result(out, written)


def _widened(value: Any, written: dict[int, tuple[torch.Tensor, torch.Tensor]] | None) -> Any:
    if isinstance(value, torch.Tensor):
        wide = _WIDE.get(value.dtype)
        if wide is None:
            return value
        new = value.to(wide)
        if written is not None:
            written[id(new)] = value, new
        return new
    if isinstance(value, torch.dtype):
        return _WIDE.get(value, value)
    if isinstance(value, list | tuple):
        items = cast(list[Any], value)
        return [_widened(v, written) for v in items]
    return value


def _as_scale(value: Any, written: dict[int, tuple[torch.Tensor, torch.Tensor]]) -> Any:
    if not isinstance(value, torch.Tensor) or value.dtype != torch.float64:
        return value
    new = value.to(torch.float32)
    written[id(new)] = value, new
    return new


def _result(out: Any, written: dict[int, tuple[torch.Tensor, torch.Tensor]]) -> Any:
    if isinstance(out, torch.Tensor):
        if id(out) in written:
            return written[id(out)][0]
        wide = _WIDE.get(out.dtype)
        return out if wide is None else out.to(wide)
    if isinstance(out, list | tuple):
        items = cast(list[Any], out)
        return type(cast(Any, out))([_result(o, written) for o in items])
    return out


def _drawn(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Drawn in float32 where the twin has float64, then widened: float64 would take other random bits."""
    first = args[0] if args else None
    if func._schema.is_mutable and isinstance(first, torch.Tensor):
        if first.dtype != torch.float64:
            return func(*args, **kwargs)
        narrow = torch.empty_like(first, dtype=torch.float32)
        func(narrow, *[_narrowed(a) for a in args[1:]], **kwargs)
        return first.copy_(narrow)
    if func.overloadpacket.__name__.endswith("_like") and isinstance(first, torch.Tensor):
        dtype = kwargs.get("dtype") or first.dtype
        kwargs = {**kwargs, "dtype": torch.float32 if dtype == torch.float64 else dtype}
    return _result(func(*[_narrowed(a) for a in args], **kwargs), {})


def _narrowed(value: Any) -> Any:
    wide = isinstance(value, torch.Tensor) and value.dtype == torch.float64
    return value.to(torch.float32) if wide else value
