r"""## What it does

Finds time stamps, positions or identifiers converted to a format that cannot count so far.

## Why it is bad

float32 holds every integer up to 16,777,216, float16 up to 2,048, bfloat16 up to 256. Seconds since 1970
(1.7e9) are rounded to multiples of 128 s in float32; differences of neighbours become 0.

## Fix safety

No automatic fix: subtract an origin (or take the remainder) in integers or float64 first.

## References

- D. Goldberg, *What every computer scientist should know about floating-point arithmetic*, ACM Computing
  Surveys 23(1), 1991, https://doi.org/10.1145/103162.103163
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from numsan.core import formats
from numsan.core.op import Leaf, Op
from numsan.core.program import Program
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import largest, peel, source, stats

TIME = re.compile(r"(time_?)?stamps?\b|unix|epoch_(s|sec|time)|_ns\b|\bns\b|posix", re.I)
NANOSECONDS = re.compile(
    r"(nano|micro)_?s(ec|$)|stamps?(_(ns|us))?$|(^|[._])(ns|us|nsecs?|usecs?)$|_ns$", re.I
)

rule = Rule(
    code="NS210",
    name="time-stamp-in-float32",
    kind="precision",
    title="a time stamp is rounded to multiples of 128 s in float32",
    advice="subtract an origin before the conversion: (stamp - stamp.min()).float()",
    doc=__doc__,
    examples=(
        Example(
            given="stamp = torch.tensor([1718000001, 1718000065])",
            bad="y = stamp.float() - 1718000000.0",
            good="y = (stamp - 1718000000).float()",
            silent=("y = (stamp - 1718000000).float()", "y = stamp.double()"),
            wrong_by=0.5,
            right_to=1e-6,
        ),
        Example(
            given="import time",
            bad="import time\nnow = torch.tensor(time.time())\nlater = torch.tensor(time.time() + 50)\n"
            "y = 1.0 + ((later - now) % 128 == 0).double()",
            good="now = torch.tensor(time.time(), dtype=torch.float64)\n"
            "later = torch.tensor(time.time() + 50, dtype=torch.float64)\n"
            "y = 1.0 + ((later - now) % 128 == 0).double()",
            wrong_by=0.9,
            run=False,
        ),
    ),
)


@rule.matches("to")
def narrowed(op: Op) -> Bindings | None:
    match op:
        case Op("to", (x, "float32" | "float16" | "bfloat16" as name)):
            return {"x": x, "name": name}
        case _:
            return None


@rule.reachable_when()
def named_so(x: Any, name: str) -> bool | None:
    inner = peel(x)
    if isinstance(inner, Op) and _seconds(inner):
        return True
    return True if isinstance(inner, Leaf) and TIME.search(inner.text) and "diff" not in inner.text else None


def _seconds(x: Op) -> bool:
    """`s + 1e-9 * ns`, `ns / 1e9`: since an origin that nobody has subtracted."""
    match x:
        case Op("add", (a, b)):
            return any(isinstance(t, Op) and _seconds(t) for t in (a, b))
        case Op("mul", (c, Leaf(text=text))) | Op("mul", (Leaf(text=text), c)) if c in (1e-9, 1e-6):
            return bool(NANOSECONDS.search(text))
        case Op("div", (Leaf(text=text), 1e9 | 1e6 | 1000000000 | 1000000)):
            return bool(NANOSECONDS.search(text))
        case _:
            return False


@rule.bites_when
def beyond_integers(x: Any, name: str) -> str | None:
    seen, size = stats(x), largest(x)
    form = formats.of(name)
    if seen is None or size is None or size <= form.integers:
        return None
    if not seen.dtype.startswith(("int", "uint", "float64")):
        return None
    return f"`{source(x)}` reaches {size:.10g}, beyond {form.integers}, where {name} stops counting"


@rule.scans("time.time()", "tensor(")
def now(program: Program) -> Iterator[tuple[ast.AST, str]]:
    """A Python number becomes float32 in a tensor of its own."""
    for call in program.calls("tensor"):
        value, kind = call.node.args[0] if call.node.args else None, call.keyword("dtype")
        narrow = kind is None or program.qualified(kind) == "torch.float32"
        if narrow and isinstance(value, ast.Call) and program.qualified(value.func) == "time.time":
            yield call.node, "seconds since 1970 are kept to multiples of 128 s"
