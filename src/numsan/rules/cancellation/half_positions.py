r"""## What it does

Finds positions counted in half precision, `torch.arange(n, dtype=torch.bfloat16)`, also in that of a buffer which a
conversion of the whole module takes with it.

## Why it is bad

bfloat16 holds every integer up to 256, float16 up to 2,048: later positions coincide in pairs, then in
fours, and rotary or sinusoidal encodings repeat.

## Fix safety

Safe: the positions are the same numbers in float32.

## References

- H. Wang et al., *When precision meets position: BFloat16 breaks down RoPE in long-context training*, 2024,
  https://arxiv.org/abs/2411.13476
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from numsan.core import formats
from numsan.core.coordinates import coordinate, unplaced
from numsan.core.op import Leaf, Op
from numsan.core.program import Body, Program, dotted, lines_with
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import number, source

GIVEN = re.compile(r"arange\(.*(dtype=(dtype|(x|q|query|hidden_states|inputs?)\.dtype)\b|\.type_as\()")
COUNTED = re.compile(r"seq|len|pos|token|frame|max_?(n|t|time)", re.I)
# of rotary angles: an error of 0.4 % is one turn after 40 radians
FREQUENCIES = re.compile(r"(^|[._])inv_?freqs?(_\w+)?$")
LENGTH = re.compile(r"seq|len|pos|token|time|step|max|frame|size|shape", re.I)

rule = Rule(
    code="NS211",
    name="positions-in-half",
    kind="precision",
    safe=True,
    title="half precision cannot count beyond 256 (bfloat16) or 2,048 (float16)",
    advice="count in float32 or int64, and convert the angles at the end",
    doc=__doc__,
    examples=(
        Example(
            given="n = 1000",
            bad="y = torch.arange(1000, dtype=torch.bfloat16) + 1",
            good="y = torch.arange(1000, dtype=torch.float32) + 1",
            silent=(
                "y = torch.arange(200, dtype=torch.bfloat16)",
                "y = torch.arange(1000, dtype=torch.float32)",
            ),
            wrong_by=1e-3,
            right_to=1e-6,
            run=False,
        ),
        Example(
            given="",
            bad=(
                "class Rotary(torch.nn.Module):\n"
                "    def __init__(self, freq):\n"
                "        super().__init__()\n"
                "        self.register_buffer('freq', freq)\n"
                "    def forward(self, seq_len):\n"
                "        return torch.outer(torch.arange(seq_len).type_as(self.freq), self.freq)\n"
                "model = Rotary(freq).to(torch.bfloat16)"
            ),
            good=(
                "class Rotary(torch.nn.Module):\n"
                "    def __init__(self, freq):\n"
                "        super().__init__()\n"
                "        self.register_buffer('freq', freq)\n"
                "    def forward(self, seq_len):\n"
                "        return torch.outer(torch.arange(seq_len).float(), self.freq.float())\n"
                "model = Rotary(freq).to(torch.bfloat16)"
            ),
            fixed=(
                "class Rotary(torch.nn.Module):\n"
                "    def __init__(self, freq):\n"
                "        super().__init__()\n"
                "        self.register_buffer('freq', freq)\n"
                "    def forward(self, seq_len):\n"
                "        return torch.outer(torch.arange(seq_len, dtype=torch.float32), self.freq)\n"
                "model = Rotary(freq).to(torch.bfloat16)"
            ),
            run=False,
        ),
        Example(
            given="dtype = torch.bfloat16",
            bad="def angles(length, f, dtype):\n    t = torch.arange(length, dtype=dtype)\n    return (t * f).cos()\n"
            "y = angles(300, 0.01, dtype)",
            good="def angles(length, f, dtype):\n    t = torch.arange(length, dtype=torch.float32)\n"
            "    return (t * f).cos().to(dtype)\ny = angles(300, 0.01, dtype)",
            silent=(
                "def angles(length, f, dtype=torch.float32):\n"
                "    return (torch.arange(length, dtype=dtype) * f).cos()",
                "def grid(height, f, dtype):\n    return (torch.arange(height, dtype=dtype) * f).cos()",
            ),
            wrong_by=1e-3,
            run=False,
        ),
        Example(
            given="t = torch.arange(300)",
            bad="y = (t * 0.001).cos().bfloat16()",
            good="y = (t * 0.001).cos()",
            silent=("y = (t * 0.01).cos().half()", "y = (t * 0.01).cos().to(x.dtype)"),
            wrong_by=1e-3,
            right_to=1e-6,
            run=False,
        ),
    ),
)


@rule.matches("to")
def counted(op: Op) -> Bindings | None:
    match op:
        case Op("to", (Op("arange", ends), "bfloat16" | "float16" as name)):
            return {"ends": ends, "name": name}
        case Op("to", (Op("cos" | "sin") | Leaf() as x, "bfloat16")):
            table = (isinstance(x, Op) and "bfloat16" in source(op)) or coordinate(unplaced(source(x)))
            return {"ends": (), "name": "bfloat16"} if table else None
        case Op("to", (Op() | Leaf() as x, "bfloat16" | "float16" as name)) if FREQUENCIES.search(source(x)):
            return {"ends": (), "name": name}
        case _:
            return None


@rule.reachable_when()
def too_far(ends: tuple[Any, ...], name: str) -> bool | None:
    if not ends:
        return True  # what the angles are made from, or their table
    end = ends[0] if len(ends) == 1 else ends[1]
    if not number(end):
        return True if name == "bfloat16" or LENGTH.search(source(end)) else None
    return end > formats.of(name).integers


@rule.scans("arange", "cos")
def of_the_model(program: Program) -> Iterator[tuple[ast.AST, str]]:
    """Positions in the format of the activations, from which angles are made."""
    lines = lines_with(program.text, "arange", GIVEN)
    half = any(word in program.text for word in ("bfloat16", ".half()", "float16"))
    for body in program.bodies_at(lines):
        if not body.methods("cos", "sin"):
            continue
        for call in body.methods("type_as") if half else ():
            if call.receiver.partition("(")[0].endswith("arange"):
                yield call.node, "positions in the format of the model: bfloat16 counts to 256"
        for call in body.methods("arange"):
            kind = call.keyword("dtype")
            given = kind is not None and GIVEN.search(f"arange(dtype={dotted(kind)})")
            end = call.node.args[0] if len(call.node.args) == 1 else call.keyword("end")
            counted = end is not None and COUNTED.search(ast.unparse(end))
            if kind is not None and given and counted and _open(body, kind):
                yield (
                    call.node,
                    f"positions in `{dotted(kind)}`, the format of the model: bfloat16 counts to 256",
                )


def _open(body: Body, kind: ast.expr) -> bool:
    """`dtype` is a parameter without a default of its own, `x.dtype` that of one."""
    if not isinstance(body.node, ast.FunctionDef):
        return False
    arguments = body.node.args
    required = arguments.args[: len(arguments.args) - len(arguments.defaults)]
    return dotted(kind).partition(".")[0] in {a.arg for a in required if a.arg != "self"}


@rule.fixed_by
def widened(ends: tuple[Any, ...], name: str) -> str | None:
    if not ends:
        return None
    return f"torch.arange({', '.join(map(source, ends))}, dtype=torch.float32)"
