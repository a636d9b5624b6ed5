"""Which models of a file have weights of a short format, and what says so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from numsan.core.program import Program, dotted

_FORMATS = {
    "torch.float16": "float16", "torch.half": "float16", "float16": "float16", "fp16": "float16",
    "torch.bfloat16": "bfloat16", "bfloat16": "bfloat16", "bf16": "bfloat16",
}  # fmt: skip
_LOADING = frozenset(("from_pretrained", "from_config"))
_TRUE = {
    "16-true": "float16",
    "bf16-true": "bfloat16",
}  # of Lightning: the weights, not only what they compute


@dataclass(frozen=True, slots=True)
class Weights:
    """`names` hold a model whose weights are of `kind` since `node`, which loads or converts them."""

    node: ast.Call
    names: frozenset[str]
    kind: str
    loaded: bool


def short_weights(program: Program) -> Iterator[Weights]:
    """`m = m.half()`, `m.to(torch.bfloat16)`, `m = M.from_pretrained(name, torch_dtype=torch.float16)`."""
    if not any(word in program.text for word in ("float16", "half", "fp16", "bf16")):
        return
    makers = {b.name for b in program.bodies if any(_returns_half(n) for n in b.nodes)}
    for node in program.nodes:
        value = node.value if isinstance(node, ast.Assign | ast.Expr) else None
        if not isinstance(value, ast.Call):
            continue
        value = _within_moves(value, program)
        kind = _converted(value, program)
        targets = {dotted(t) for t in node.targets} if isinstance(node, ast.Assign) else set[str]()
        if not kind and dotted(value.func) in makers:
            kind = "float16"
        loaded = isinstance(value.func, ast.Attribute) and value.func.attr in _LOADING
        if kind and isinstance(value.func, ast.Attribute) and not loaded:
            targets.add(dotted(value.func.value))
        if kind and targets:
            yield Weights(value, frozenset(targets), kind, loaded)


def true_precision(program: Program) -> tuple[ast.expr, str] | None:
    """The argument of `Trainer(precision="16-true")`, and the format that the weights have then."""
    if "6-true" not in program.text:
        return None
    for call in program.calls("Trainer", "Fabric"):
        value = call.keyword("precision")
        if isinstance(value, ast.Constant) and value.value in _TRUE:
            return value, _TRUE[value.value]
    return None


def _within_moves(value: ast.Call, program: Program) -> ast.Call:
    """`net.half()` of `net.half().cuda()`."""
    while (
        isinstance(value.func, ast.Attribute)
        and value.func.attr in ("cuda", "cpu", "train", "eval", "to", "requires_grad_")
        and isinstance(value.func.value, ast.Call)
        and not _converted(value, program)
    ):
        value = value.func.value
    return value


def _converted(value: ast.Call, program: Program) -> str:
    """The format that the call converts to, where it is a short one."""
    if not isinstance(value.func, ast.Attribute):
        return ""
    if value.func.attr == "convert_to_fp16":  # as models of diffusion call it
        return "float16"
    if value.func.attr in ("bfloat16", "half"):
        return "" if value.args else {"half": "float16"}.get(value.func.attr, "bfloat16")
    if value.func.attr in _LOADING:
        named = [k.value for k in value.keywords if k.arg in ("torch_dtype", "dtype")]
    elif value.func.attr == "to":
        named = [*value.args, *(k.value for k in value.keywords if k.arg == "dtype")]
    else:
        return ""
    said = [_name(v, program) for v in named]
    told = [s if s in _FORMATS else _set_once(s, program) for s in said]
    return next((_FORMATS[s] for s in told if s in _FORMATS), "")


def _name(node: ast.expr, program: Program) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else program.qualified(node) or dotted(node)


def _set_once(name: str, program: Program) -> str:
    """What `self.dtype = torch.bfloat16` says, where nothing in the file says otherwise."""
    if "dtype" not in name or not re.search(rf"{re.escape(name)} *= *[\w.\"']*(float16|half)", program.text):
        return ""
    values = {_name(value, program) for value in program.assigned(name)}
    return values.pop() if len(values) == 1 else ""


def _returns_half(node: ast.AST) -> bool:
    """`return net.cuda().half()`."""
    match node:
        case ast.Return(value=ast.Call(func=ast.Attribute(attr="half"), args=[])):
            return True
        case _:
            return False
