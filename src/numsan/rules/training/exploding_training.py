r"""## What it does

Recognises a run whose gradients and weights grow geometrically until they leave the format. It reads the
history of a run.

## Why it is bad

With a learning rate $\eta$ above $2/\lambda_{\max}$ of the loss curvature, or a recurrent map whose
spectral radius exceeds 1, every step multiplies the error: a factor of 2 per step passes float32's 3.4e38
in 128 steps and float16's 65504 in 16. No single operation is wrong; the step is.

## Fix safety

No automatic fix: lower the learning rate, warm it up, or clip the gradient norm between `backward()` and
`step()`.

## References

- R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, 2013,
  https://arxiv.org/abs/1211.5063
"""

from __future__ import annotations

import math
from itertools import pairwise

from numsan.core.rule import Rule
from numsan.core.trace import History

WINDOW = 8
GROWTH = 30.0

rule = Rule(
    code="NS501",
    name="exploding-training",
    kind="explosion",
    severity="error",
    phase="optimizer",
    title="gradients and weights grow from step to step until they overflow",
    advice="lower or warm up the learning rate, or clip: torch.nn.utils.clip_grad_norm_(parameters, 1.0)",
    doc=__doc__,
)


@rule.watches
def grows(history: History) -> str | None:
    """Speaks when the last finite gradient norm is far above the run's median and was climbing to it."""
    norms = [n for n in history.norms if math.isfinite(n.grad) and n.grad > 0]
    if len(norms) < 3:
        return None
    recent = norms[-WINDOW:]
    usual = sorted(n.grad for n in norms)[len(norms) // 2]
    start = min(recent, key=lambda n: n.grad)
    last = recent[-1]
    growth = last.grad / start.grad
    rising = sum(a.grad < b.grad for a, b in pairwise(recent))
    if growth < GROWTH or last.grad < GROWTH * min(usual, start.grad) or rising * 3 < (len(recent) - 1) * 2:
        return None
    return (
        f"the gradient norm rose from {start.grad:.4g} (step {start.step}) to {last.grad:.4g} "
        f"(step {last.step}), {growth:.4g} times in {last.step - start.step} steps"
    )
