"""What a failing operation says in numbers: kind of failure and one sentence, from the ranges of its operands."""

from __future__ import annotations

from numsan.core import formats
from numsan.core.finding import Kind
from numsan.core.trace import TensorStats
from numsan.watch.recorder import Event

_REDUCTIONS = frozenset(
    [
        "sum",
        "mean",
        "norm",
        "linalg_vector_norm",
        "matmul",
        "mm",
        "bmm",
        "addmm",
        "mv",
        "dot",
        "cumsum",
        "prod",
        "cumprod",
        "conv2d",
    ]
)
_SINGULAR = frozenset(
    [
        "log",
        "log2",
        "log10",
        "log1p",
        "sqrt",
        "rsqrt",
        "reciprocal",
        "acos",
        "asin",
        "atanh",
        "acosh",
        "pow",
        "std",
        "var",
        "norm",
    ]
)


def number(x: float | None) -> str:
    return "none" if x is None else f"{x:.4g}"


def span(stats: TensorStats) -> str:
    if stats.numel == 1 and stats.min is not None and stats.min == stats.max:
        return number(stats.min)
    return f"{number(stats.min)} .. {number(stats.max)}"


def stats_of_inputs(event: Event) -> list[TensorStats]:
    return list(event.before) if event.writes and event.before else [v.full() for v in event.inputs]


def largest(dtype: str) -> float | None:
    try:
        return formats.of(dtype).max
    except (KeyError, ValueError):
        return None


def kind_of(event: Event) -> Kind:
    """Overflow if everything that went in was inside the domain and the result is infinite; domain otherwise."""
    inputs = stats_of_inputs(event)
    op = event.op.rstrip("_")
    out = event.outputs[0].stats if event.outputs else None
    if event.forward is not None and not event.custom:
        return _kind_of_derivative(event, inputs, op)
    if op in ("div", "reciprocal", "rsqrt", "true_divide", "pow", "addcdiv"):
        return _kind_of_quotient(event, op, inputs)
    if op in _SINGULAR or op.startswith(
        ("std", "var", "native_batch", "linalg", "_linalg", "cholesky", "_softmax")
    ):
        return "domain"
    if out is not None and out.nan and not (out.posinf or out.neginf) and all(s.finite for s in inputs):
        return "domain"
    return "overflow"


def _kind_of_quotient(event: Event, op: str, inputs: list[TensorStats]) -> Kind:
    if op == "pow":
        return _kind_of_power(event, inputs)
    below = inputs[-1] if op in ("div", "true_divide", "addcdiv") else inputs[0]
    if below.zeros:
        return "domain"
    if op == "rsqrt" and below.min is not None and below.min < 0:
        return "domain"
    if below.tiny is not None and below.tiny < 1e-30:
        return "underflow"
    return "overflow"


def _kind_of_power(event: Event, inputs: list[TensorStats]) -> Kind:
    """0 to a negative power and a negative number to a fraction are outside the domain; the rest is size."""
    exponent = event.args[1] if len(event.args) > 1 and isinstance(event.args[1], int | float) else None
    base = inputs[0] if inputs else None
    if base is None or not inputs[0].finite:
        return "overflow"
    negative = base.min is not None and base.min < 0
    if exponent is None:
        return "domain" if base.zeros or negative else "overflow"
    if (exponent < 0 and base.zeros) or (negative and exponent != int(exponent)):
        return "domain"
    return "overflow"


def _kind_of_derivative(event: Event, inputs: list[TensorStats], op: str) -> Kind:
    if op in ("div", "reciprocal", "rsqrt", "pow") and inputs:
        return _kind_of_quotient(event, op, inputs)
    name = event.forward.op.rstrip("_") if event.forward is not None else ""
    if name in _SINGULAR or name.startswith(
        ("linalg", "_linalg", "std", "var", "_softmax", "_log_softmax", "logsumexp")
    ):
        return "domain"
    return "overflow"


def what_happened(event: Event) -> str:
    """One sentence: the expression, what went in, what came out."""
    site = event.site
    text = f"`{site.text}`" if site is not None and site.text else event.op
    inputs = stats_of_inputs(event)
    out = event.outputs[0].full() if event.outputs else None
    went = "; ".join(f"{span(s)} ({s.dtype} {list(s.shape)})" for s in inputs[:3])
    came = _specials(out)
    where = f"the derivative of {text}" if event.phase == "backward" and not event.custom else text
    return f"{where}: {event.op} of {went} gave {came}{_limit(event, inputs)}"


def _limit(event: Event, inputs: list[TensorStats]) -> str:
    out = event.outputs[0].stats if event.outputs else None
    top = largest(out.dtype) if out is not None else None
    if top is None or out is None or not (out.posinf or out.neginf) or kind_of(event) != "overflow":
        return ""
    return f"; the largest {out.dtype} is {number(top)}"


def _specials(stats: TensorStats | None) -> str:
    if stats is None:
        return "nothing"
    parts = [(stats.nan, "NaN"), (stats.posinf, "inf"), (stats.neginf, "-inf")]
    said = ", ".join(f"{count} {name}" for count, name in parts if count)
    return f"{said} among {stats.numel} numbers" if said else "finite numbers"
