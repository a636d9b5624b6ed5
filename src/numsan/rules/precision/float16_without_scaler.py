r"""## What it does

Finds training under float16 autocast in a file without a `GradScaler`.

## Why it is bad

Activation gradients of float16 layers are float16: below 5.96e-8 they are 0, below 6.1e-5 they lose digits,
and no error says so. A loss scale of 65536 moves them into range. bfloat16 has float32's exponents and
needs no scale.

## Fix safety

No automatic fix: three lines of the training loop change.

## References

- P. Micikevicius et al., *Mixed precision training*, 2017, https://arxiv.org/abs/1710.03740
- https://docs.pytorch.org/docs/stable/notes/amp_examples.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Call, Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS604",
    name="float16-without-loss-scale",
    kind="underflow",
    severity="warning",
    phase="backward",
    title="float16 gradients below 6e-8 are 0 without a loss scale",
    advice="scale the loss: torch.amp.GradScaler() with scale(loss), step(optimizer) and update()",
    doc=__doc__,
    examples=(
        Example(
            given=("w = torch.ones(1, 2, requires_grad=True)\nx = torch.ones(1, 2)"),
            bad=(
                "with torch.autocast('cpu', dtype=torch.float16):\n"
                "    h = torch.nn.functional.linear(x, w)\n"
                "(h.float() * 1e-9).sum().backward()\n"
                "y = w.grad.clone()"
            ),
            good=(
                "scaler = torch.amp.GradScaler('cpu', init_scale=2.0**24)\n"
                "with torch.autocast('cpu', dtype=torch.float16):\n"
                "    h = torch.nn.functional.linear(x.detach(), w)\n"
                "v = torch.ones(1, 2, requires_grad=True)\n"
                "scaler.scale((torch.nn.functional.linear(x.float(), v.float()) * 1e-9).sum()).backward()\n"
                "y = v.grad / 2.0**24"
            ),
            silent=(
                ("with torch.autocast('cpu', dtype=torch.bfloat16):\n    h = x * 2\nh.sum().backward()"),
                "def f(m, x):\n    with torch.autocast('cuda'):\n        return m(x)\nbackward = 1",
                "def f(scaler, m, x):\n    with torch.autocast('cuda', dtype=torch.float16):\n"
                "        loss = m(x)\n    scaler.scale(loss).backward()",
            ),
            wrong_by=0.9,
            run=False,
        ),
    ),
)


@rule.scans("autocast", "backward")
def unscaled(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if any(word in program.code for word in ("GradScaler", "init_scale", "Accelerator", "scaler.scale(")):
        return  # also where the scaler is somebody else's
    for body in program.bodies:
        for call in body.methods("autocast"):
            if _half(program, call) or (
                _default(program, call) and body.methods("backward") and body.methods("step")
            ):
                yield (
                    call.node,
                    "gradients of float16 layers below 6e-8 become 0, and nothing scales the loss",
                )
                return


def _half(program: Program, call: Call) -> bool:
    kind = call.keyword("dtype")
    return kind is not None and program.qualified(kind) in ("torch.float16", "torch.half")


def _default(program: Program, call: Call) -> bool:
    """`autocast("cuda")` without a format: float16."""
    if call.keyword("dtype") is not None or _off(call.keyword("enabled")) or len(call.node.args) > 1:
        return False
    if "cuda.amp" in (program.qualified(call.node.func) or ""):
        return not call.node.args
    device = call.node.args[0] if call.node.args else call.keyword("device_type")
    return isinstance(device, ast.Constant) and device.value == "cuda"


def _off(enabled: ast.expr | None) -> bool:
    return isinstance(enabled, ast.Constant) and not enabled.value
