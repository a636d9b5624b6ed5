"""Repairs of the loop and of the optimizer's construction: clip, lower the rate, zero the gradients, raise epsilon."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.repair.text import Text

Change = tuple[str, str]
"""The new text of the file, and what it does."""


def clipped(text: Text, line: int) -> Iterator[Change]:
    """Gradient clipping before the step on this line."""
    stepped = _stepped(text, line)
    if stepped is None:
        return
    statement, receiver, optimizer = stepped
    torch = text.names.local("torch") or "torch"
    params = _parameters(text, statement, optimizer)
    unscale = f"{receiver}.unscale_({optimizer})\n" if optimizer != receiver else ""
    for norm in ("1.0", "0.1"):
        new = text.with_lines(
            statement, f"{unscale}{torch}.nn.utils.clip_grad_norm_({params}, {norm})", before=True
        )
        if new is not None:
            yield new, f"clip the norm of the gradients to {norm} before the step"


def _stepped(text: Text, line: int) -> tuple[ast.stmt, str, str] | None:
    """The statement that steps, what `step` is called on, and the optimizer: another one where that is a scaler."""
    call, statement = _call(text, line, "step"), text.statement(line)
    if call is None or statement is None or not isinstance(call.func, ast.Attribute):
        return None
    receiver = text.segment(call.func.value)
    scaled = call.args and "scaler" in receiver.lower()
    return statement, receiver, text.segment(call.args[0]) if scaled else receiver


def _parameters(text: Text, statement: ast.stmt, optimizer: str) -> str:
    """`model.parameters()` as the optimizer was given it, where that name means the same here."""
    for node in ast.walk(text.function(statement.lineno)):
        if isinstance(node, ast.Assign) and text.segment(node.targets[0]) == optimizer:
            given = node.value.args[0] if isinstance(node.value, ast.Call) and node.value.args else None
            said = text.segment(given) if given is not None else ""
            if said.endswith(".parameters()") and said.removesuffix(".parameters()").isidentifier():
                return said
    return f'[p for group in {optimizer}.param_groups for p in group["params"]]'


def slower(text: Text, line: int, end_line: int) -> Iterator[Change]:
    """A tenth and a hundredth of the learning rate that is given on these lines."""
    for node in text.expressions(line, end_line):
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            if keyword.arg in ("lr", "max_lr", "peak_lr", "learning_rate"):
                for factor in (0.1, 0.01):
                    yield (
                        text.replaced((keyword.value, _times(text, keyword.value, factor))),
                        f"{keyword.arg} times {factor}",
                    )


def _times(text: Text, node: ast.expr, factor: float) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return f"{node.value * factor:.6g}"
    return f"{text.atom(node)} * {factor}"


def capped(text: Text, line: int, end_line: int, rate: float) -> Iterator[Change]:
    """A schedule's value bounded by a rate at which training still went well."""
    statement = text.statement(line)
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Return | ast.Assign) and isinstance(value, ast.expr):
        for cap in (rate, rate / 10, rate / 100, rate / 1000):
            yield (
                text.replaced((value, f"min({text.segment(value)}, {cap:.4g})")),
                f"cap the rate at {cap:.4g}",
            )
    yield from slower(text, line, end_line)


def zeroed(text: Text, line: int) -> Iterator[Change]:
    """`zero_grad` after the step on this line."""
    stepped = _stepped(text, line)
    if stepped is None:
        return
    statement, _, optimizer = stepped
    new = text.with_lines(statement, f"{optimizer}.zero_grad()")
    if new is not None:
        yield new, "zero the gradients after the step"


def through_scaler(text: Text, line: int) -> Iterator[Change]:
    """`scaler.step(optimizer)` for `optimizer.step()`."""
    call = _call(text, line, "step")
    if call is None or not isinstance(call.func, ast.Attribute):
        return
    for scaler in _scalers(text):
        new = f"{scaler}.step({text.segment(call.func.value)})"
        yield text.replaced((call, new)), "step through the scaler"


def _scalers(text: Text) -> list[str]:
    """Names that the program calls `scale`, `unscale_` or `update` on."""
    found: dict[str, None] = {}
    for node in text.nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("scale", "unscale_")
        ):
            found[text.segment(node.func.value)] = None
    return list(found)


def steadier(text: Text, line: int, end_line: int) -> Iterator[Change]:
    """A larger epsilon for the optimizer that is constructed on these lines."""
    for node in text.expressions(line, end_line):
        if not isinstance(node, ast.Call):
            continue
        given = next((k.value for k in node.keywords if k.arg == "eps"), None)
        for eps in ("1e-6", "1e-4", "1e-3"):
            if given is not None:
                yield text.replaced((given, eps)), f"eps={eps}"
            elif any(k.arg in ("lr", "betas", "weight_decay") for k in node.keywords) or node.args:
                inside = text.segment(node)[:-1].rstrip().rstrip(",")
                yield text.replaced((node, f"{inside}, eps={eps})")), f"eps={eps}"


def uncentred(text: Text, line: int, end_line: int) -> Iterator[Change]:
    """RMSprop's centred variance, E[g^2] - E[g]^2, is below 0 where rounding makes it so, and then a root is taken."""
    for node in text.expressions(line, end_line):
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            if keyword.arg == "centered":
                yield text.replaced((keyword.value, "False")), "centered=False"


def of_training(finding: Finding, text: Text, stepped: int | None, rate: float | None) -> Iterator[Change]:
    """By the code of the finding. `stepped` is the line of `optimizer.step()` if it is in this file."""
    line, end = finding.line or 0, finding.end_line or finding.line or 0
    match finding.code:
        case "NS501":
            if stepped is not None:
                yield from clipped(text, stepped)
            yield from slower(text, line, end)
        case "NS582":
            yield from capped(text, line, end, rate) if rate is not None else slower(text, line, end)
            if stepped is not None:
                yield from clipped(text, stepped)
        case "NS583":
            yield from uncentred(text, line, end)
            yield from steadier(text, line, end)
        case "NS581":
            yield from zeroed(text, line)
        case "NS601":
            yield from through_scaler(text, line)
        case _:
            return


def _call(text: Text, line: int, name: str) -> ast.Call | None:
    """The outermost call of a method with this name on a line."""
    calls = (n for n in text.nodes if isinstance(n, ast.Call) and n.lineno <= line <= (n.end_lineno or 0))
    return next((c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == name), None)
