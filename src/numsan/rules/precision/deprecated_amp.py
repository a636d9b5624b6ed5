r"""## What it does

Finds `torch.cuda.amp.autocast`, `GradScaler`, `custom_fwd` and `custom_bwd`.

## Why it is bad

Deprecated since torch 2.4 in favour of `torch.amp`, where the device is named: each call prints a `FutureWarning`,
and on a machine without CUDA the block computes in float32, not in float16 (largest 65504) or bfloat16 as written,
so that a failure of the format cannot be seen there.

## Fix safety

Safe: the same object, by its new name, with `"cuda"` as its first argument.

## References

- https://docs.pytorch.org/docs/stable/amp.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS611",
    name="deprecated-cuda-amp",
    kind="method",
    severity="info",
    safe=True,
    title="torch.cuda.amp is deprecated and speaks of one device only",
    advice="use torch.amp.autocast('cuda'), torch.amp.GradScaler('cuda'), torch.amp.custom_fwd(device_type='cuda')",
    doc=__doc__,
    examples=(
        Example(
            given="import warnings\nseen = warnings.catch_warnings(record=True)",
            bad=(
                "with seen as told:\n"
                "    warnings.simplefilter('always')\n"
                "    scaler = torch.cuda.amp.GradScaler(enabled=False)\n"
                "y = torch.tensor(1.0 + len(told))"
            ),
            good=(
                "with seen as told:\n"
                "    warnings.simplefilter('always')\n"
                "    scaler = torch.amp.GradScaler('cuda', enabled=False)\n"
                "y = torch.tensor(1.0 + len(told))"
            ),
            silent=(
                "with torch.amp.autocast('cuda'):\n    y = x",
                "try:\n    from torch.amp import autocast\nexcept ImportError:\n"
                "    from torch.cuda.amp import autocast\nwith autocast():\n    y = x",
            ),
            wrong_by=0.9,
            run=False,
        ),
        Example(
            given="import warnings\nseen = warnings.catch_warnings(record=True)",
            bad=(
                "import torch.cuda.amp as amp\n"
                "with seen as told:\n"
                "    warnings.simplefilter('always')\n"
                "    a = amp.autocast(False)\n"
                "y = torch.tensor(1.0 + len(told))"
            ),
            good=(
                "import torch.cuda.amp as amp\n"
                "with seen as told:\n"
                "    warnings.simplefilter('always')\n"
                "    a = torch.amp.autocast('cuda', enabled=False)\n"
                "y = torch.tensor(1.0 + len(told))"
            ),
            wrong_by=0.9,
            run=False,
        ),
    ),
)

_SEVERAL = re.compile(
    r"except .*(Import|Attribute|Type)Error|__version__|version\.parse|TORCH_\w*(VERSION|GREATER|GE)|hasattr\(torch",
    re.I,
)
_OLD = ("torch.cuda.amp.", "torch.cuda.amp.autocast_mode.", "torch.cuda.amp.grad_scaler.")
# the parameters that could be given by position, before the device came first
_ORDER = {"autocast": ("enabled", "dtype", "cache_enabled"), "custom_fwd": (), "custom_bwd": ()}


@rule.scans("cuda.amp")
def old_names(program: Program) -> Iterator[tuple[ast.AST, str] | tuple[ast.AST, str, str]]:
    if _SEVERAL.search(program.code):
        return  # somebody who serves several versions of torch
    for node in program.nodes:
        decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ()
        for bare in decorators:
            if not isinstance(bare, ast.Call) and (name := _old(program, bare)):
                yield bare, _says(name), f'torch.amp.{name}(device_type="cuda")'
        if isinstance(node, ast.Call) and (name := _old(program, node.func)):
            text = _renamed(program.text, name, node)
            yield (node, _says(name), text) if text else (node, _says(name))


def _old(program: Program, node: ast.expr) -> str:
    name = program.qualified(node) or ""
    last = name.rpartition(".")[2]
    known = last in ("autocast", "GradScaler", "custom_fwd", "custom_bwd")
    return last if known and name.removesuffix(last) in _OLD else ""


def _says(name: str) -> str:
    return f"`torch.cuda.amp.{name}` is deprecated since torch 2.4"


def _renamed(text: str, name: str, call: ast.Call) -> str:
    """The call by its new name, its arguments as they are written; empty where they cannot be carried over."""
    device = 'device_type="cuda"' if name.startswith("custom") else '"cuda"'
    written, function = ast.get_source_segment(text, call), ast.get_source_segment(text, call.func)
    if written is None or function is None or any(isinstance(a, ast.Starred) for a in call.args):
        return ""
    inside = written[len(function) :].strip()[1:-1]
    if call.args and name != "GradScaler":
        order = _ORDER[name]
        if len(call.args) > len(order) or "#" in written:
            return ""
        given = [f"{k}={ast.unparse(a)}" for a, k in zip(call.args, order, strict=False)]
        inside = ", ".join([*given, *map(ast.unparse, call.keywords)])
    glue = "" if not inside.strip() else "," if inside.startswith(("\n", "\r")) else ", "
    return f"torch.amp.{name}({device}{glue}{inside if inside.strip() else ''})"
