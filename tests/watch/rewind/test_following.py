"""What a loop draws next is told from ranges and sequences; anything else is not even looked at."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from numsan.watch.rewind.following import following
from numsan.watch.rewind.frames import Snap

CODE = compile("", "train.py", "exec")


def after(text: str, last: Any, **names: Any) -> list[Any] | None:
    loop = ast.parse(text).body[0]
    assert isinstance(loop, ast.For)
    found = following(loop, [last], Snap(None, CODE, 0, {}, names))
    return None if found is None else list(found)


@pytest.mark.parametrize(
    ("text", "last", "rest"),
    [
        ("for i in range(0, n, 2): pass", 2, [4, 6]),
        ("for x in xs: pass", "b", ["c"]),
        ("for i, x in enumerate(xs): pass", (1, "b"), [(2, "c")]),
        ("for i, x in enumerate(xs, 1): pass", (2, "b"), [(3, "c")]),
        ("for a, b in zip(xs, range(3)): pass", ("a", 0), [("b", 1), ("c", 2)]),
    ],
)
def test_ranges_and_sequences(text: str, last: Any, rest: list[Any]) -> None:
    assert after(text, last, n=8, xs=["a", "b", "c"]) == rest


@pytest.mark.parametrize("iterable", ["loader", "enumerate(loader)", "zip(loader, xs)", "sorted(loader)"])
def test_a_loader_is_not_begun(iterable: str) -> None:
    class Loader:
        def __iter__(self) -> Any:
            raise AssertionError("it draws random numbers and starts workers")

    assert after(f"for x in {iterable}: pass", 0, loader=Loader(), xs=[1]) is None
