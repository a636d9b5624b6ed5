"""Forms of expressions that say something about their value whatever is in them: choices by a label, shifts."""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op


def chosen(x: Any) -> Any:
    """`p` of `y * p + (1 - y) * (1 - p)`: one of `p` and `1 - p`, as the label says."""
    match x:
        case Op("add", (Op("mul", (a, b)), Op("mul", (c, d)))):
            for y, p in ((a, b), (b, a)):
                for rest, other in ((c, d), (d, c)):
                    if complement(rest, y) and complement(other, p):
                        return p if isinstance(p, Op) or not isinstance(y, Op) else y
        case _:
            pass
    return None


def complement(rest: Any, y: Any) -> bool:
    """Whether `rest` is `1 - y`."""
    return isinstance(rest, Op) and rest.name == "sub" and rest.args[0] in (1, 1.0) and rest.args[1] == y


def below_own_maximum(x: Op) -> bool:
    """`x - max(x)`, also where the maximum was made finite first."""
    reduced = unshifted(x.args[1])
    return (
        isinstance(reduced, Op)
        and reduced.name in ("amax", "maximum", "logsumexp")
        and (under(reduced, x.args[0]) or _of_one_name(reduced.args[0], x.args[0]))
    )


def _of_one_name(a: Any, b: Any) -> bool:
    """Both are written as one name, whatever is left of what it stands for where that is large."""
    texts = [str(getattr(v.where, "text", "")) for v in (a, b) if isinstance(v, Op)]
    return len(texts) == 2 and texts[0] == texts[1] and texts[0].isidentifier()


def unshifted(x: Any) -> Any:
    """A maximum that was made finite, or raised: `m.clamp(min=low)`, `where(isfinite(m), m, 0)`."""
    while isinstance(x, Op):
        match x:
            case (
                Op("view" | "nan_to_num", (inner, *_))
                | Op("clamp", (inner, _))
                | Op("maximum", (inner, int() | float()))
                | Op("where", (_, inner, int() | float()))
                | Op("where", (Op("isfinite", _), inner, _))
                | Op("masked_fill", (inner, _, int() | float()))
            ):
                x = inner
            case _:
                break
    return x


def under(reduced: Op, value: Any) -> bool:
    inner = reduced.args[0]
    bounded = unshifted(inner)
    return any(i is value or i == value for i in (inner, bounded))
