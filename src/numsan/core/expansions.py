"""`|a|^2 + |b|^2 - 2ab`, however its terms are ordered and called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.values import same, source

TRANSPOSED = re.compile(r"^[\w.]+\.(m?T|t\(\)|mH|(transpose|permute)\([^()]*\))$")
REMEMBERED = re.compile(r"(^|[._])(sq|squares?|squared|norms?_?(sq|squared|2)|sq(uared)?_norms?)_?(\[|$)")
_SUMS = frozenset(("add", "sub", "view"))
_PRODUCTS = ("matmul", "einsum")


def expansion(x: Any, products: bool = False) -> tuple[Any, Any, Any] | None:
    """`a`, `b` and the first term; with `products` only where the third term is seen to be a product."""
    if x.__class__ is not Op or not any(a.__class__ is Op and a.name in _SUMS for a in x.args[:2]):
        return None  # most sums have two terms
    terms = [t for t in _terms(x, 1) if products or not _tiny(t[1])]
    if len(terms) != 3:
        return None
    twice = [t for sign, t in terms if _twice(t, sign, products)]
    rest = [t for sign, t in terms if sign > 0 and not any(t is one for one in twice)]
    squares = [(a, t) for t in rest if (a := _squared(t) if products else _any(t)) is not None]
    if len(squares) != 2 or len(twice) != 1:
        return None
    return squares[0][0], squares[1][0], terms[0][1]


def _tiny(x: Any) -> bool:
    """An epsilon below the rounding of the squares, which is no guard."""
    return isinstance(x, float) and 0 < x <= 1e-8


def _terms(x: Any, sign: int) -> Iterator[tuple[int, Any]]:
    held = x
    while isinstance(held, Op) and held.name == "view":
        held = held.args[0]
    match held:
        case Op("add", (a, b)):
            yield from _terms(a, sign)
            yield from _terms(b, sign)
        case Op("sub", (a, b)):
            yield from _terms(a, sign)
            yield from _terms(b, -sign)
        case _:
            yield sign, x


def _twice(x: Any, sign: int, products: bool) -> bool:
    """`2ab` taken away, or `-2ab` added."""
    while isinstance(x, Op) and x.name == "view":
        x = x.args[0]
    two = 2 if sign < 0 else -2
    match x:
        case Op("mul", (int() | float() as c, of)) | Op("mul", (of, int() | float() as c)) if c == two:
            product = isinstance(of, Op) and of.name in _PRODUCTS
            return product or (not products and isinstance(of, Op | Leaf))
        case Op("matmul", (Op("mul", (int() | float() as c, _) | (_, int() | float() as c)), _)):
            return c == two
        case _:
            return False


def _any(x: Any) -> Any:
    """A term of a root: `a + b - 2 * c` under one is a squared distance, whatever it is between."""
    return x if isinstance(x, Op | Leaf) else None


def _squared(x: Any) -> Any:
    """`a` of `(a**2).sum(...)`, through views."""
    while isinstance(x, Op) and x.name == "view":
        x = x.args[0]
    if isinstance(x, Leaf) and REMEMBERED.search(x.text):
        return x
    match x:
        case Op("sum", (Op("pow", (a, 2 | 2.0)), *_)):
            return a
        case Op("sum", (Op("mul", (a, other)), *_)) if same(a, other):
            return a
        case Op("matmul", (a, other)) if _transposed(a, other):
            return a  # the diagonal of `a @ a.T`
        case _:
            return None


def _transposed(a: Any, b: Any) -> bool:
    name = source(b)
    return name.startswith(f"{source(a)}.") and bool(TRANSPOSED.search(name))
