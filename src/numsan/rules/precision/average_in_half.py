r"""## What it does

Finds an exponential moving average of weights that is kept in bfloat16 or float16.

## Why it is bad

Each step moves the average by $1 - d$ of the distance, $10^{-4}$ for a decay of 0.9999. bfloat16 keeps 8 bits and
float16 11: a change below 0.2 % (0.02 %) of the value rounds back to it, and the average stays where it began. In
float32 a change is lost below 6e-8.

## Fix safety

No automatic fix: the average needs twice the memory in float32.

## References

- P. Zamirai et al., *Revisiting BFloat16 training*, 2020, https://arxiv.org/abs/2010.06192
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program, dotted, lines_with
from numsan.core.rule import Example, Rule

AVERAGE = re.compile(r"(^|[._])(ema|shadow|polyak|swa|averaged)(_\w+)?$|_ema$", re.I)
WORD = re.compile(r"(?<![a-zA-Z])(ema|EMA|shadow|polyak|swa|averaged)(?![a-z])|_ema\b|\bema[A-Z]")
COPIED = re.compile(r"\b(clone|deepcopy|parameters|state_dict|named_parameters)\(|\bfor \w+ in ")
CLASS = re.compile(r"EMA|Ema(?![a-z])|MovingAverage|Average|Polyak|Shadow")
WIDE = re.compile(r"\.float\(\)|float32|float64|\.double\(\)")
SHARE = re.compile(r"\.mul_\(.*\)\.add_\(.*(alpha *=|1(\.0)? - )|\.lerp_\(")
MODEL = re.compile(
    r"(^|[._])(\w*model|\w*net|unet|module|self|denoiser|network)$|^[A-Z]\w*\(|deepcopy\(\w*model"
)
MOVED = re.compile(r"\.(sub_|mul_|add_|lerp_|copy_)\(|_foreach_|update_parameters\(")
HALF = ("bfloat16", "float16", "half")

rule = Rule(
    code="NS616",
    name="average-in-half",
    kind="precision",
    phase="optimizer",
    title="a moving average of weights in half precision stands still",
    advice="keep the average in float32, and convert a copy of it where it is used",
    doc=__doc__,
    examples=(
        Example(
            given="w = torch.ones(4)",
            bad=(
                "ema = w.clone().to(torch.bfloat16)\n"
                "for _ in range(1000):\n    ema.sub_(1e-3 * (ema - 0.0 * w))\ny = ema.float()"
            ),
            good=(
                "ema = w.clone().float()\n"
                "for _ in range(1000):\n    ema.sub_(1e-3 * (ema - 0.0 * w))\ny = ema.float()"
            ),
            silent=(
                "ema = w.clone().float()\nema.mul_(0.999)\nsaved = ema.to(torch.bfloat16)",
                "h = w.clone().to(torch.bfloat16)\nh.mul_(0.999)",
            ),
            wrong_by=0.5,
            run=False,
        ),
        Example(
            given="",
            bad=(
                "class Average:\n"
                "    def __init__(self, params, weight_dtype=torch.bfloat16):\n"
                "        self.shadow = [p.detach().clone().to(weight_dtype) for p in params]\n"
                "    def step(self, params, decay):\n"
                "        for s, p in zip(self.shadow, params):\n"
                "            s.lerp_(p.to(s.dtype), 1 - decay)"
            ),
            good=(
                "class Average:\n"
                "    def __init__(self, params, weight_dtype=torch.bfloat16):\n"
                "        self.shadow = [p.detach().clone().float() for p in params]\n"
                "    def step(self, params, decay):\n"
                "        for s, p in zip(self.shadow, params):\n"
                "            s.lerp_(p.to(s.dtype), 1 - decay)"
            ),
            run=False,
        ),
    ),
)


@rule.scans("torch")
def standing_still(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if any(word in program.text for word in ("float16", "half", "_dtype")):
        told = list(_kept_in_half(program))
        yield from told or _moved_in_half(program)


def _kept_in_half(program: Program) -> Iterator[tuple[ast.AST, str]]:
    text = program.text
    if not any(
        lines_with(text, word, WORD) for word in ("ema", "EMA", "shadow", "polyak", "swa", "averaged")
    ):
        return
    if not MOVED.search(text):
        return
    for node in program.nodes:
        match node:
            case ast.Assign(targets=[ast.Name() | ast.Attribute() as target], value=value) if AVERAGE.search(
                dotted(target)
            ) and COPIED.search(ast.unparse(value)):
                calls = [n for n in ast.walk(value) if isinstance(n, ast.Call)]
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=target)) as call) if AVERAGE.search(
                dotted(target)
            ):
                calls = [call]
            case _:
                continue
        forms = [(call, form) for call in calls if (form := _cast(program, call))]
        if forms and _moves(text, dotted(target)):
            call, form = forms[0]
            yield call, f"`{dotted(target)}` moves by a small share of itself, which {form} rounds away"


def _moved_in_half(program: Program) -> Iterator[tuple[ast.AST, str]]:
    """A class of moving averages that copies the weights as they are, in a file that converts its model."""
    named = CLASS.search(program.text) is not None
    classes = (
        [n for n in program.tree.body if isinstance(n, ast.ClassDef) and CLASS.search(n.name)]
        if named
        else []
    )
    form = next((f for n in program.nodes if (f := _converts(program, n))), "") if classes else ""
    for cls in classes if form else ():
        if WIDE.search(ast.unparse(cls)):
            continue
        for node in ast.walk(cls):
            if isinstance(node, ast.Expr) and SHARE.search(ast.unparse(node.value)):
                yield (
                    node.value,
                    f"an average in {form} moves by a small share of itself, which is rounded away",
                )


def _converts(program: Program, node: ast.AST) -> str:
    """The half format that a model is converted to: by its name, or as soon as it is made."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return ""
    form = _cast(program, node)
    return form if form and MODEL.search(ast.unparse(node.func.value)) else ""


def _moves(text: str, name: str) -> bool:
    """Whether the weights under a name are changed in place, by themselves or beside others."""
    last = name.rpartition(".")[2]
    return bool(
        re.search(
            rf"\b{last}(\.\w+(\(\))?)*\.(sub_|mul_|add_|lerp_)\(|\b(zip|_foreach_\w+)\([^)]*\b{last}\b"
            rf"|\b{last}\.update_parameters\(",
            text,
        )
    )


def _cast(program: Program, call: ast.Call) -> str:
    """The half format that a call converts to, "" for another one."""
    match call:
        case ast.Call(func=ast.Attribute(attr="half" | "bfloat16" as name), args=[]):
            return "float16" if name == "half" else name
        case ast.Call(func=ast.Attribute(attr="to" | "type"), args=args, keywords=words):
            given = [*args, *(w.value for w in words if w.arg == "dtype")]
            return next((form for a in given if (form := _format(program, a))), "")
        case _:
            return ""


def _format(program: Program, node: ast.expr) -> str:
    """`torch.bfloat16`, or a name that the file gives it somewhere: by a default, an assignment."""
    if isinstance(node, ast.Attribute) and node.attr in HALF:
        return node.attr.replace("half", "float16")
    name = dotted(node).rpartition(".")[2] if isinstance(node, ast.Name | ast.Attribute) else ""
    if not name.endswith("_dtype"):
        return ""
    found = re.search(rf"\b{name}(?:: [\w.]+)? ?= ?\w+\.(bfloat16|float16|half)\b", program.text)
    return "" if found is None else found[1].replace("half", "float16")
