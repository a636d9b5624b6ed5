r"""## What it does

Finds `scaler.unscale_(optimizer)` in turns of a loop that do not reach `scaler.update()`: before the test that
lets only every n-th batch step, or before a step that is skipped together with the update.

## Why it is bad

`unscale_` divides the gradients by the scale (65536 at the start) once between two updates; the second call
raises `RuntimeError`. Without it the gradients of the next batch arrive 65536 times as large as those that
they are added to, and what was accumulated before is lost below their rounding.

## Fix safety

No automatic fix: `unscale_` belongs into the branch that steps, `update` behind every one that has unscaled.

## References

- https://docs.pytorch.org/docs/stable/notes/amp_examples.html#gradient-accumulation
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.paths import Paths, counts
from numsan.core.program import Body, Call, Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS613",
    name="unscaled-without-update",
    kind="loss-scale",
    severity="error",
    phase="optimizer",
    title="gradients are unscaled in turns that do not update the GradScaler",
    advice="unscale in the branch that steps, and call scaler.update() in every turn that has unscaled",
    doc=__doc__,
    examples=(
        Example(
            given=(
                "w = torch.ones(1, requires_grad=True)\nopt = torch.optim.SGD([w], lr=1.0)\n"
                "batches = [torch.tensor([1e34])]\n"
                "scaler = torch.amp.GradScaler('cpu', init_scale=65536.0)"
            ),
            bad=(
                "for x in batches:\n"
                "    scaler.scale((w * x).sum()).backward()\n"
                "    scaler.unscale_(opt)\n"
                "    norm = torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "    if norm < 10:\n"
                "        scaler.step(opt)\n"
                "        scaler.update()\n"
                "    opt.zero_grad()\n"
                "y = torch.tensor(scaler.get_scale())"
            ),
            good=(
                "for x in batches:\n"
                "    scaler.scale((w * x).sum()).backward()\n"
                "    scaler.unscale_(opt)\n"
                "    norm = torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "    if norm < 10:\n"
                "        scaler.step(opt)\n"
                "    scaler.update()\n"
                "    opt.zero_grad()\n"
                "y = torch.tensor(scaler.get_scale())"
            ),
            silent=(
                "for i, x in enumerate(batches):\n"
                "    scaler.scale(net(x)).backward()\n"
                "    if i % 4 == 3:\n"
                "        scaler.unscale_(opt)\n"
                "        scaler.step(opt)\n"
                "        scaler.update()\n"
                "        opt.zero_grad()",
            ),
            wrong_by=0.9,  # the scale that overflowed is still there
            run=False,
        ),
        Example(
            given="",
            bad=(
                "for i, x in enumerate(batches):\n"
                "    scaler.scale(net(x)).backward()\n"
                "    scaler.unscale_(opt)\n"
                "    if (i + 1) % 4 == 0:\n"
                "        scaler.step(opt)\n"
                "        scaler.update()\n"
                "        opt.zero_grad()"
            ),
            good=(
                "for i, x in enumerate(batches):\n"
                "    scaler.scale(net(x)).backward()\n"
                "    if (i + 1) % 4 == 0:\n"
                "        scaler.unscale_(opt)\n"
                "    if (i + 1) % 4 == 0:\n"
                "        scaler.step(opt)\n"
                "        scaler.update()\n"
                "        opt.zero_grad()"
            ),
            run=False,
        ),
        Example(
            given="",
            bad=(
                "for x in batches:\n"
                "    scaler.scale(net(x)).backward()\n"
                "    scaler.unscale_(opt)\n"
                "    norm = torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)\n"
                "    if norm > 10:\n"
                "        opt.zero_grad()\n"
                "        continue\n"
                "    scaler.step(opt)\n"
                "    scaler.update()\n"
                "    opt.zero_grad()"
            ),
            good=(
                "for x in batches:\n"
                "    scaler.scale(net(x)).backward()\n"
                "    scaler.unscale_(opt)\n"
                "    norm = torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)\n"
                "    if norm > 10:\n"
                "        opt.zero_grad()\n"
                "        scaler.update()\n"
                "        continue\n"
                "    scaler.step(opt)\n"
                "    scaler.update()\n"
                "    opt.zero_grad()"
            ),
            run=False,
        ),
    ),
)


@rule.scans("unscale_(", ".update(")
def unscaled(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for body in program.bodies:
        for call in body.methods("unscale_"):
            updates = [c for c in body.methods("update") if c.receiver == call.receiver]
            if updates and (found := _skipped(body, call, updates)) is not None:
                at, test = found
                yield (
                    at,
                    f"`{ast.unparse(test)}` decides whether `{call.receiver}.update()` follows `unscale_`",
                )


def _skipped(body: Body, call: Call, updates: list[Call]) -> tuple[ast.expr, ast.expr] | None:
    """What is to be moved, and the test that lets the update happen in some turns only."""
    paths = Paths(body)
    here = paths.around(call.node)
    later = [c for c in updates if c.node.lineno > call.node.lineno]
    ways = [(c, w[len(here) :]) for c in later if (w := paths.around(c.node))[: len(here)] == here]
    tests = [(c, [p for p in way if isinstance(p.node, ast.If)]) for c, way in ways]
    if not tests:
        return None
    if not all(way for _, way in tests):
        return _left_between(paths, call, updates)
    update, (first, *_) = tests[0]
    both = {way[0].block for _, way in tests if way[0].key == first.key} == {"body", "orelse"}
    if both or not isinstance(first.node, ast.If) or not paths.varies(first.node.test):
        return None
    test = first.node.test
    return (call.node if counts(body, test) else update.node), test


def _left_between(paths: Paths, call: Call, updates: list[Call]) -> tuple[ast.expr, ast.expr] | None:
    """`if norm > 10: continue` behind the call, without an update."""
    lines = [c.node.lineno for c in updates]
    for node in paths.body.nodes:
        if not isinstance(node, ast.If) or not call.node.lineno < node.lineno < max(lines):
            continue
        leaves = isinstance(node.body[-1], ast.Continue if paths.body.loops else ast.Return)
        alone = not any(node.lineno <= n <= node.body[-1].lineno for n in lines)
        if leaves and alone and paths.varies(node.test) and paths.around(node) == paths.around(call.node):
            return node.test, node.test
    return None
