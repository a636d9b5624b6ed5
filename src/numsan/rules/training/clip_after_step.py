r"""## What it does

Finds gradient clipping that stands after `optimizer.step()` or before `loss.backward()` in the same block, in
a method that a trainer calls before its own backward pass (`training_step`) or after its own step
(`on_train_batch_end`), or in every turn of a loop that steps only after several.

## Why it is bad

The step has already used the unclipped gradient (or the clip saw the previous one): one outlier of 1e38
passes into the weights and overflows float32 (3.4e38), float16 (65504) even sooner. Clipping each partial sum of
accumulated gradients bounds the last one only, and weighs the batches by their order.

## Fix safety

No automatic fix: statements change places.

## References

- R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, 2013,
  https://arxiv.org/abs/1211.5063
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.paths import Paths, counts
from numsan.core.program import Body, Call, Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS502",
    name="clip-at-the-wrong-time",
    kind="explosion",
    severity="warning",
    phase="optimizer",
    title="gradients are clipped before they exist, or after they were used",
    advice="clip between loss.backward() and optimizer.step()",
    doc=__doc__,
    examples=(
        Example(
            given=("w = torch.ones(1, requires_grad=True)\nopt = torch.optim.SGD([w], lr=10.0)"),
            bad=(
                "opt.zero_grad()\n"
                "(w * 2e38).sum().backward()\n"
                "opt.step()\n"
                "torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "y = w.detach()"
            ),
            good=(
                "opt.zero_grad()\n"
                "(w * 2e38).sum().backward()\n"
                "torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "opt.step()\n"
                "y = w.detach()"
            ),
            run=False,
        ),
        Example(
            given=("w = torch.ones(1, requires_grad=True)\nopt = torch.optim.SGD([w], lr=10.0)"),
            bad=(
                "opt.zero_grad()\n"
                "torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "(w * 2e38).sum().backward()\n"
                "opt.step()\n"
                "y = w.detach()"
            ),
            good=(
                "opt.zero_grad()\n"
                "(w * 2e38).sum().backward()\n"
                "torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "opt.step()\n"
                "y = w.detach()"
            ),
            run=False,
        ),
        Example(
            given=(
                "w = torch.zeros(1, requires_grad=True)\nopt = torch.optim.SGD([w], lr=1.0)\n"
                "batches = [torch.tensor([4.0]), torch.tensor([-4.0])]"
            ),
            bad=(
                "for i, x in enumerate(batches):\n"
                "    (w * x).sum().backward()\n"
                "    torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "    if (i + 1) % 2 == 0:\n"
                "        opt.step()\n"
                "        opt.zero_grad()\n"
                "y = 1 - w.detach()"
            ),
            good=(
                "for i, x in enumerate(batches):\n"
                "    (w * x).sum().backward()\n"
                "    if (i + 1) % 2 == 0:\n"
                "        torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "        opt.step()\n"
                "        opt.zero_grad()\n"
                "y = 1 - w.detach()"
            ),
            wrong_by=0.9,
            run=False,
        ),
        Example(
            given="",
            bad=(
                "class Net(pl.LightningModule):\n"
                "    def training_step(self, batch, i):\n"
                "        torch.nn.utils.clip_grad_norm_(self.parameters(), 1.0)\n"
                "        return self.net(batch).sum()"
            ),
            good=(
                "class Net(pl.LightningModule):\n"
                "    def training_step(self, batch, i):\n"
                "        return self.net(batch).sum()\n"
                "    def configure_gradient_clipping(self, optimizer, value, kind):\n"
                "        torch.nn.utils.clip_grad_norm_(self.parameters(), 1.0)"
            ),
            silent=(
                "for x in batches:\n    with accelerator.accumulate(net):\n"
                "        accelerator.backward(net(x).sum())\n        if accelerator.sync_gradients:\n"
                "            accelerator.clip_grad_norm_(net.parameters(), 1.0)\n        opt.step()",
                "def training_step(self, batch):\n"
                "    self.manual_backward(self.net(batch).sum())\n"
                "    torch.nn.utils.clip_grad_norm_(self.parameters(), 1.0)",
                "for i, x in enumerate(batches):\n"
                "    opt.zero_grad()\n"
                "    net(x).sum().backward()\n"
                "    norm = torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)\n"
                "    if torch.isfinite(norm):\n"
                "        opt.step()",
            ),
            run=False,
        ),
    ),
)

_BEFORE = ("training_step", "compute_loss", "shared_step", "_shared_step")
_AFTER = ("on_train_batch_end", "on_train_epoch_end")


@rule.scans("clip_grad")
def misplaced(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for body in program.bodies:
        clips = body.methods("clip_grad_norm_", "clip_grad_value_", "clip_grad_norm", "clip_grad_value")
        if not clips:
            continue
        backward = body.methods("backward", "manual_backward")
        steps = [c for c in body.methods("step") if not re.search("sched|prof|warm", c.receiver)]
        if not backward and not steps:
            yield from _around_the_trainer(body, clips)
        elif len(clips) == len(backward) == len(steps) == 1:
            yield from _in_order(body, clips[0], backward[0], steps[0])


def _in_order(body: Body, clip: Call, backward: Call, step: Call) -> Iterator[tuple[ast.AST, str]]:
    line, ready, used = clip.node.lineno, backward.node.lineno, step.node.lineno
    if ready < used < line:
        yield clip.node, "the step has already used the gradients that are clipped here"
    elif line < ready < used:
        yield clip.node, "the gradients that the step will use do not exist yet"
    elif ready < line < used:
        paths = Paths(body)
        tests = [
            p.node.test for p in paths.only_sometimes(clip.node, step.node) if isinstance(p.node, ast.If)
        ]
        if _accumulates(paths, clip):
            yield (
                clip.node,
                "each of the gradients that `accumulate` adds up is clipped: ask `sync_gradients` first",
            )
        elif any(counts(body, t) for t in tests) and not paths.only_sometimes(backward.node, clip.node):
            yield clip.node, f"each of the gradients that add up until `{ast.unparse(tests[0])}` is clipped"


def _accumulates(paths: Paths, clip: Call) -> bool:
    """Inside `with accelerator.accumulate(model)`, whatever turn it is."""
    around = [p.node for p in paths.around(clip.node)]
    tests = [ast.unparse(n.test) for n in around if isinstance(n, ast.If)]
    inside = [ast.unparse(i.context_expr) for n in around if isinstance(n, ast.With) for i in n.items]
    return any(".accumulate(" in text for text in inside) and not any("sync_gradients" in t for t in tests)


def _around_the_trainer(body: Body, clips: list[Call]) -> Iterator[tuple[ast.AST, str]]:
    """Hooks of a trainer that calls `backward` and `step` itself."""
    if any("backward" in c.method or c.method == "optimizer_step" for c in body.calls):
        return
    for clip in clips:
        if body.name in _BEFORE:
            yield clip.node, f"the backward pass comes after `{body.name}`: the gradients do not exist yet"
        elif body.name in _AFTER:
            yield clip.node, f"`{body.name}` comes after the step, which has used the gradients"
