r"""## What it does

Finds a schedule whose length is given in epochs, `CosineAnnealingLR(optimizer, num_epochs)`, and which steps once a
batch.

## Why it is bad

With $n$ batches an epoch the schedule is over after $1/n$ of the training. A cosine has no end: its rate goes down and
up again, from its smallest to its largest value and back every $2T$ batches; `LinearLR` and `PolynomialLR` stay at
their last value. Nothing fails, in any format.

## Fix safety

No automatic fix: either the step moves behind the loop over batches, or the length is multiplied by their number.

## References

- https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.paths import Paths
from numsan.core.program import Body, Call, Program, dotted
from numsan.core.rule import Example, Rule

_LENGTHS = {"CosineAnnealingLR": "T_max", "LinearLR": "total_iters", "PolynomialLR": "total_iters"}
_PLACES = {"CosineAnnealingLR": 1, "PolynomialLR": 1}
_EPOCHS = re.compile(r"epochs?$|(^|_)n_?ep", re.I)

rule = Rule(
    code="NS519",
    name="schedule-in-epochs",
    kind="method",
    phase="optimizer",
    title="a schedule counted in epochs steps once a batch",
    advice="call scheduler.step() once an epoch, or make it as long as epochs * len(loader)",
    doc=__doc__,
    examples=(
        Example(
            given=(
                "w = torch.zeros(1, requires_grad=True)\nopt = torch.optim.SGD([w], lr=1.0)\n"
                "epochs = 4\nloader = [torch.ones(1)] * 2\n"
                "scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(opt, epochs)"
            ),
            bad=(
                "scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(opt, epochs)\n"
                "for epoch in range(epochs):\n    for x in loader:\n        opt.zero_grad()\n"
                "        (w * x).sum().backward()\n        opt.step()\n        scheduler.step()\n"
                "y = torch.tensor(1.0 + opt.param_groups[0]['lr'])"
            ),
            good=(
                "for epoch in range(epochs):\n    for x in loader:\n        opt.zero_grad()\n"
                "        (w * x).sum().backward()\n        opt.step()\n    scheduler.step()\n"
                "y = torch.tensor(1.0 + opt.param_groups[0]['lr'])"
            ),
            silent=(
                "scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(opt, epochs * len(loader))\n"
                "for epoch in range(epochs):\n    for x in loader:\n        opt.step()\n        scheduler.step()",
            ),
            wrong_by=0.5,
            run=False,
        ),
    ),
)


@rule.scans("sched", ".step(", "LR(")
def too_often(program: Program) -> Iterator[tuple[ast.AST, str]]:
    lengths = dict(_lengths(program))
    for body in program.bodies if lengths else ():
        paths = Paths(body)
        for step in body.methods("step"):
            length = lengths.get(step.receiver)
            if length and not step.node.args and _every_batch(paths, body, step):
                yield step.node, f"`{step.receiver}` is over after `{length}` steps, and makes one a batch"


def _lengths(program: Program) -> Iterator[tuple[str, str]]:
    for node in program.nodes:
        match node:
            case ast.Assign(targets=[target], value=ast.Call() as made):
                length = _length(made)
                if length is not None and _EPOCHS.search(dotted(length)):
                    yield dotted(target), ast.unparse(length)
            case _:
                pass


def _length(made: ast.Call) -> ast.expr | None:
    kind = dotted(made.func).rpartition(".")[2]
    place = _PLACES.get(kind, len(made.args))
    given = made.args[place] if place < len(made.args) else None
    return given or next((k.value for k in made.keywords if k.arg == _LENGTHS.get(kind)), None)


def _every_batch(paths: Paths, body: Body, step: Call) -> bool:
    """In the same turns as the backward pass, two loops deep, without a test of its own."""
    around = paths.around(step.node)
    loops = [p for p in around if isinstance(p.node, ast.For | ast.While)]
    if len(loops) < 2 or any(isinstance(p.node, ast.If) for p in around[around.index(loops[-1]) :]):
        return False
    return any(loops[-1] in paths.around(c.node) for c in body.methods("backward"))
