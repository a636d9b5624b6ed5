r"""## What it does

Finds time steps or positions that are cast to the format of the activations before a model makes angles of them,
`timesteps.to(latents.dtype)`, in a program that runs in bfloat16.

## Why it is bad

bfloat16 holds every integer up to 256: of the 1,000 steps from 0 to 999 it tells 507 apart, 999 becomes 1000, and
the embedding of a step is that of another one. The angles are lost before they are computed; the embedding itself
may be bfloat16.

## Fix safety

No automatic fix: the model has to take a float32 time.

## References

- https://github.com/huggingface/diffusers/issues/9405
- H. Wang et al., *When precision meets position: BFloat16 breaks down RoPE in long-context training*, 2024,
  https://arxiv.org/abs/2411.13476
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.coordinates import coordinate, unplaced
from numsan.core.program import Body, Program, dotted, lines_with, read_in
from numsan.core.rule import Example, Rule

NARROWED = re.compile(r"\.(to|type_as)\(.*dtype")
DTYPE = re.compile(r"(^|[._])\w*dtype$")
ROTARY = re.compile(r"pos_?emb\w*$|rope\w*$|rotary\w*$", re.I)
MODEL = re.compile(r"(model|transformer|unet|dit|emb|embed\w*|net|denois\w*|forward)$", re.I)

_MODEL = (
    "model = torch.nn.Linear(8, 8).to(torch.bfloat16)\n"
    "def emb(t):\n    return (t.double()[:, None] * torch.logspace(0, -3, 8, dtype=torch.float64)).cos()\n"
)

rule = Rule(
    code="NS231",
    name="time-steps-in-half",
    kind="precision",
    title="time steps in the format of the model: bfloat16 counts to 256",
    advice="pass them as float32 and convert the embedding: emb(timesteps.float()).to(x.dtype)",
    doc=__doc__,
    examples=(
        Example(
            given="latents = torch.zeros(1, dtype=torch.bfloat16)\ntimesteps = torch.tensor([999.0, 777.0])",
            bad=f"{_MODEL}t = timesteps.to(latents.dtype)\ny = emb(t)",
            good=f"{_MODEL}y = emb(timesteps.float())",
            silent=(
                "timesteps = timesteps.to(latents.dtype)\nx = emb(timesteps)",
                f"{_MODEL}t = timesteps.to(latents.dtype)\nx = t * latents",
            ),
            wrong_by=0.1,
            run=False,
        ),
    ),
)


@rule.scans("dtype", "bfloat16")
def narrowed(program: Program) -> Iterator[tuple[ast.AST, str]]:
    lines = lines_with(program.text, "dtype", NARROWED)
    if not lines or "bfloat16" not in program.code:
        return
    for body in program.bodies_at(lines):
        named = {id(n.value): dotted(n.targets[0]) for n in body.nodes if isinstance(n, ast.Assign)}
        for call in body.methods("to", "type_as"):
            kinds = [*call.node.args, *(k.value for k in call.node.keywords if k.arg == "dtype")]
            moved = call.node.func.value if isinstance(call.node.func, ast.Attribute) else call.node
            name = unplaced(ast.unparse(moved))
            known = coordinate(name) or coordinate(named.get(id(call.node), ""))
            known = known or any(call.node in c.node.args for c in body.calls if ROTARY.search(c.method))
            if known and _handed_on(body, call.node, named) and any(DTYPE.search(dotted(k)) for k in kinds):
                yield call.node, f"`{name}` in the format of the model: bfloat16 counts to 256"


def _handed_on(body: Body, cast: ast.Call, named: dict[int, str]) -> bool:
    """Given to a model, which makes angles of it; times within [0, 1] are multiplied instead."""
    name = named.get(id(cast), " ")
    words = [k.value for c in body.calls for k in c.node.keywords]
    models = [a for c in body.calls if MODEL.search(c.method) or ROTARY.search(c.method) for a in c.node.args]
    return any(a is cast or name in read_in(a) for a in (*words, *models))
