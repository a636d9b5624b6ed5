"""A report read back from its JSON form, as values; anything unexpected is a ValueError."""

from __future__ import annotations

from typing import Any

from numsan.core.finding import Finding, Fix, Link, Operand, Proof, Report, Signal

_NUMBERS = {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}


def report(data: dict[str, Any]) -> Report:
    """The inverse of `numsan.report.json.to_dict`."""
    try:
        signal = data.get("first_signal")
        return Report(
            status=data["status"], script=data["script"], steps=data["steps"], failed_step=data["failed_step"],
            first_signal=Signal(**signal) if signal else None, findings=tuple(finding(f) for f in data["findings"]),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a numsan.report/1 document: {error!r}") from None


def finding(data: dict[str, Any]) -> Finding:
    fields = dict(data)
    fields["operands"] = tuple(_operand(o) for o in data.get("operands") or ())
    fields["chain"] = tuple(Link(**c) for c in data.get("chain") or ())
    fields["samples"] = tuple(data.get("samples") or ())
    fields["proof"] = tuple(Proof(**p) for p in data.get("proof") or ())
    fields["fix"] = _fix(data["fix"]) if data.get("fix") else None
    return Finding(**fields)


def _fix(data: dict[str, Any]) -> Fix:
    others = tuple(_fix(o) for o in data.get("others") or ())
    return Fix(
        summary=data["summary"], diff=data.get("diff"), verified=data.get("verified", False), others=others
    )


def _operand(data: dict[str, Any]) -> Operand:
    indices = tuple(tuple(i) for i in data.get("bad_index") or ())
    return Operand(
        name=data["name"], shape=tuple(data["shape"]), dtype=data["dtype"], min=_number(data["min"]),
        max=_number(data["max"]), bad_index=indices,
    )  # fmt: skip


def _number(x: Any) -> float | None:
    return _NUMBERS[x] if isinstance(x, str) else x
