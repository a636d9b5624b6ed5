"""Hand-written `autograd.Function`s of the failing step, checked against finite differences of their own forward."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from numsan.core.trace import Site
from numsan.watch.hooks import tree_leaves
from numsan.watch.returns import line_site


@dataclass(frozen=True, slots=True)
class Wrong:
    """A backward that disagrees with its forward."""

    function: type
    argument: int
    stated: float
    true: float
    site: Site | None


def wrong_backward(calls: dict[type, tuple[Any, ...]]) -> Wrong | None:
    """The first Function whose gradient differs from central differences in float64 by more than 1 %."""
    for function, args in calls.items():
        for at, arg in enumerate(args):
            if (
                isinstance(arg, torch.Tensor)
                and arg.is_floating_point()
                and arg.numel()
                and bool(torch.isfinite(arg).all())
            ):
                try:
                    found = _compare(function, args, at)
                except Exception:  # a Function that cannot run in float64 is not judged
                    continue
                if found is not None:
                    return found
    return None


def _compare(function: type, args: tuple[Any, ...], at: int) -> Wrong | None:
    wide = [a.double() if isinstance(a, torch.Tensor) and a.is_floating_point() else a for a in args]
    generator = torch.Generator().manual_seed(0)
    x = wide[at].clone().requires_grad_(True)
    weights: list[torch.Tensor] = []
    call: Any = getattr(function, "apply")  # noqa: B009 - the type of a Function does not know it

    def value(argument: torch.Tensor) -> torch.Tensor:
        out: Any = call(*wide[:at], argument, *wide[at + 1 :])
        first: torch.Tensor = next(t for t in tree_leaves(out) if isinstance(t, torch.Tensor))
        if not weights:
            weights.append(torch.randn(first.shape, generator=generator, dtype=torch.float64))
        return torch.dot(first.reshape(-1), weights[0].reshape(-1))

    (gradient,) = torch.autograd.grad(value(x), x)
    stated: list[float] = []
    true: list[float] = []
    for _ in range(3):
        direction = torch.randn(x.shape, generator=generator, dtype=torch.float64)
        pair = [
            _difference(value, x.detach(), direction, h * float(x.detach().abs().mean() + 1e-3))
            for h in (1e-5, 1e-4)
        ]
        if abs(pair[0] - pair[1]) > 1e-2 * max(abs(pair[0]), abs(pair[1])):
            return None  # a kink or a cliff: no judgement
        stated.append(float((gradient * direction).sum()))
        true.append(pair[0])
    return _judge(function, at, stated, true)


def _difference(
    value: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, d: torch.Tensor, h: float
) -> float:
    with torch.no_grad():
        return float(value(x + h * d) - value(x - h * d)) / (2 * h)


def _judge(function: type, at: int, stated: list[float], true: list[float]) -> Wrong | None:
    error = sum((s - t) ** 2 for s, t in zip(stated, true, strict=True)) ** 0.5
    size = sum(t * t for t in true) ** 0.5
    if error <= 1e-2 * size or size == 0.0:
        return None
    return Wrong(function, at, stated[0], true[0], _returned_line(function, at))


def _returned_line(function: type, at: int) -> Site | None:
    """The line of `backward` that computes the gradient of argument `at`."""
    backward = function.__dict__["backward"].__func__
    try:
        lines, first = inspect.getsourcelines(backward)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):
        return None
    filename = inspect.getfile(backward)
    returns = [n for n in ast.walk(tree) if isinstance(n, ast.Return)]
    if not returns:
        return None
    value = returns[-1].value
    part = value.elts[at] if isinstance(value, ast.Tuple) and at < len(value.elts) else value
    line = returns[-1].lineno
    if isinstance(part, ast.Name):
        made = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Assign) and _assigns(n, part.id)]
        line = made[-1] if made else line
    return line_site(filename, first + line - 1, backward.__qualname__)


def _assigns(node: ast.Assign, name: str) -> bool:
    return any(isinstance(t, ast.Name) and t.id == name for target in node.targets for t in ast.walk(target))
