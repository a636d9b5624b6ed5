r"""## What it does

Finds `optimizer.step()` in a function that scales the loss with a `GradScaler`, where the step does not go
through it.

## Why it is bad

The gradients are still multiplied by the scale (65536 at the start) and Adam's epsilon and any clipping see
the scaled values; above all, `scaler.step` *skips* the step when a float16 gradient has overflowed 65504,
`optimizer.step()` writes the `inf` into the weights.

## Fix safety

Unsafe: `scaler.step(optimizer)` needs `scaler.update()` after it.

## References

- https://docs.pytorch.org/docs/stable/notes/amp_examples.html
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS601",
    name="scaler-bypassed",
    kind="loss-scale",
    severity="error",
    phase="optimizer",
    title="optimizer.step() bypasses the GradScaler that scaled the loss",
    advice="call scaler.step(optimizer) and then scaler.update()",
    doc=__doc__,
    examples=(
        Example(
            given="",
            bad="def f(scaler, opt, loss):\n    scaler.scale(loss).backward()\n    opt.step()",
            good="def f(scaler, opt, loss):\n    scaler.scale(loss).backward()\n    scaler.step(opt)",
            silent=("def f(opt, loss):\n    loss.backward()\n    opt.step()",),
            run=False,
        ),
    ),
)


@rule.scans
def direct_steps(
    tree: ast.Module, qualified: Callable[[ast.expr], str | None]
) -> Iterator[tuple[ast.AST, str]]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            yield from _in_body(function)


def _in_body(function: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    calls = [n for n in _own(function) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    scaled = any(_method(c) == "scale" and len(c.args) == 1 and "scal" in _receiver(c) for c in calls)
    stepped = any(_method(c) == "step" and c.args and "scal" in _receiver(c) for c in calls)
    if not scaled or stepped:
        return
    for call in calls:
        name = _receiver(call)
        if (
            _method(call) == "step"
            and not call.args
            and not any(w in name for w in ("sched", "scal", "prof", "warm"))
        ):
            yield (
                call,
                f"`{name}.step()` uses gradients still multiplied by the loss scale, and skips no overflow",
            )


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """Nodes of a function without those of the functions inside it."""
    for child in ast.iter_child_nodes(function):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        yield child
        yield from _own(child)


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _receiver(call: ast.Call) -> str:
    return ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
