r"""## What it does

Finds Adam over the parameters of a model whose weights are float16 (`.half()`, `precision="16-true"`), with
its default epsilon.

## Why it is bad

The smallest float16 is 5.96e-8, so `eps=1e-8` is 0, and $g^2$ underflows from $|g| < 2.4e-4$ on: $m/(\sqrt
v + 0)$ is `0/0 = nan` or `inf` for every weight with a small or no gradient. bfloat16 and float32 hold
1e-8.

## Fix safety

No automatic fix: float32 weights under autocast change more than this line.

## References

- P. Micikevicius et al., *Mixed precision training*, 2017, https://arxiv.org/abs/1710.03740
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program, dotted
from numsan.core.rule import Example, Rule
from numsan.core.syntax import walk
from numsan.core.weights import short_weights, true_precision

_HALF = re.compile(r"half\b|float16|fp16|16-true")
_FLOATX = re.compile(r"set_floatx\(\s*[\"']float16")  # of keras: weights, states, everything
_ADAPTED = re.compile(r"\b(peft|lora)", re.I)  # the weights that are trained are others, in float32

rule = Rule(
    code="NS602",
    name="half-weights-with-tiny-epsilon",
    kind="domain",
    severity="error",
    phase="optimizer",
    title="Adam's default epsilon is 0 in float16: 0/0 for a zero gradient",
    advice="keep float32 weights and use autocast, or pass eps=1e-4",
    doc=__doc__,
    examples=(
        Example(
            given=("m = torch.nn.Linear(2, 1, bias=False)\nx = torch.zeros(1, 2)"),
            bad=(
                "m = m.half()\n"
                "opt = torch.optim.Adam(m.parameters(), lr=1e-3, foreach=False)\n"
                "m(x.half()).sum().backward()\n"
                "opt.step()\n"
                "opt.zero_grad()\n"
                "y = m.weight.detach()"
            ),
            good=(
                "m = m.half()\n"
                "opt = torch.optim.Adam(m.parameters(), lr=1e-3, eps=1e-4, foreach=False)\n"
                "m(x.half()).sum().backward()\n"
                "opt.step()\n"
                "opt.zero_grad()\n"
                "y = m.weight.detach()"
            ),
            silent=(
                "opt = torch.optim.Adam(m.parameters(), lr=1e-3)",
                "class M:\n    def optimizers(self):\n        return torch.optim.Adam(self.parameters(), lr=1e-3)\n"
                "trainer = Trainer(precision='16-mixed')",
            ),
            run=False,
        ),
    ),
)


@rule.scans("Adam")
def default_epsilon(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if not _HALF.search(program.text):
        return
    if "set_floatx" in program.text and _FLOATX.search(program.code):
        for call in program.calls("Adam", "AdamW", "Nadam", "Adamax", "RMSprop"):
            given = call.keyword("epsilon")
            value = given.value if isinstance(given, ast.Constant) else None
            if not isinstance(value, float) or value < 6e-8:
                yield call.node, "the weights are float16, where the epsilon is 0 or next to nothing"
        return
    halved = {name for w in short_weights(program) if w.kind == "float16" for name in w.names}
    trained = true_precision(program)
    if trained is not None and trained[1] == "float16":
        halved.add("self")
    if "from_pretrained" in program.text and _ADAPTED.search(program.code):
        return
    for call in program.calls("Adam", "AdamW", "NAdam", "RAdam", "Adamax", "RMSprop"):
        small = call.keyword("eps")
        if isinstance(small, ast.IfExp):
            continue  # somebody has thought of the format
        if isinstance(small, ast.Constant) and isinstance(small.value, float) and small.value >= 6e-8:
            continue
        owner = next((name for name in _owners(call.node, program) if name in halved), None)
        if owner is not None:
            yield call.node, f"`{owner}` has float16 weights, where eps = 1e-8 is 0"


def _owners(call: ast.Call, program: Program) -> Iterator[str]:
    """Whose `.parameters()` stand in the first argument, also within a comprehension or a list of groups."""
    first = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "params"), None)
    given = [first] if first is not None else []
    if isinstance(first, ast.Name):  # `trainable = [p for p in model.parameters() if p.requires_grad]`
        given += program.assigned(first.id)
    for node in (n for value in given for n in walk(value)):
        if isinstance(node, ast.Attribute) and node.attr in ("parameters", "named_parameters"):
            yield dotted(node.value)
