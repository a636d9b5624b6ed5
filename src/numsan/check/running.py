"""In which half format a file runs its models: weights that are converted, autocast, the words of trainers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.check.resolve import Names
from numsan.core.syntax import statements, walk

_CONVERTING = (".half()", "float16", "torch.half")
_MIXED = ("autocast(", "fp16", "mixed_float16", "precision=")
_LINES = re.compile(r"\.half\(\)|float16|torch\.half|\.to\([^()\n]*\w*dtype")
_FLOAT16 = frozenset(("torch.float16", "torch.half", "jax.numpy.float16", "tensorflow.float16"))
_MODEL = re.compile(
    r"^(?!.*(?:input|output|pred|logit|hidden|state|loss|grad)).*(model|net|encoder|decoder|vae|transformer|generator|discriminator|module|backbone|layer|critic|actor|policy)\w*$",
    re.I,
)
_MAKES_MODEL = re.compile(
    r"^[A-Z][a-z]\w*$|^[A-Z]+[a-z]\w*$|^(from_pretrained|(load|get|create|build|make)_\w*model\w*)$"
)
_TENSORS = re.compile(r"^(Tensor|\w*FloatTensor|Variable|Parameter|Path|Image)$")
_MOVERS = frozenset(("to", "cuda", "cpu", "eval", "train", "requires_grad_", "float", "npu", "xpu"))
_OF_MODELS = (
    r"(?:parameters|named_parameters|state_dict|load_state_dict|eval|train|zero_grad|modules|children)"
)
_AUTOCAST = re.compile(
    r"^ *(?:with |@|\w[\w.]* *= *).*\bautocast\((?!.*(?:bfloat16|enabled=False|\"cpu\"|'cpu'))"
    r"|^[^#\n]*\b(?:fp16 *= *True|mixed_precision *= *[\"']fp16|precision *= *(?:16\b|[\"']16(?:-mixed)?[\"']))",
    re.M,
)
_POLICY = re.compile(r"^[^#\n]*set_(?:global_)?policy\([\"']mixed_float16", re.M)


def runs_in_half(text: str, tree: ast.Module, names: Names) -> str:
    """How the file runs in float16: "model" where it converts one, "autocast" where it computes under that, or "".

    An example of a docstring is not a statement and does not count.
    """
    if any(word in text for word in _CONVERTING) and any(True for _ in _conversions(text, tree, names)):
        return "model"
    if "mixed_float16" in text and _POLICY.search(text):
        return "model"  # the layers of keras compute in what the policy says, and nothing widens what is sensitive
    return "autocast" if any(word in text for word in _MIXED) and _AUTOCAST.search(text) else ""


def _conversions(text: str, tree: ast.Module, names: Names) -> Iterator[ast.Call]:
    lines = sorted({text.count("\n", 0, found.start()) + 1 for found in _LINES.finditer(text)})
    for statement in statements(tree, lines) if lines else ():
        for node in _expressions(statement):
            if isinstance(node, ast.Call) and _to_float16(node, text, names):
                yield node


def _expressions(statement: ast.AST) -> Iterator[ast.AST]:
    """What the statement says itself, without the statements inside it."""
    match statement:
        case ast.Expr(value) | ast.Assign(value=value) | ast.Return(value=ast.expr() as value):
            yield from walk(value)
        case ast.AnnAssign(value=ast.expr() as value):
            yield from walk(value)
        case _:
            pass


def _to_float16(call: ast.Call, text: str, names: Names) -> bool:
    match call:
        case ast.Call(func=ast.Attribute(value=of, attr="half"), args=[]):
            return _is_model(of, text)
        case ast.Call(func=ast.Attribute(value=of, attr="to" | "type")):
            return _says_float16(call, text, names) and _is_model(of, text)
        case ast.Call(func=ast.Attribute(attr="from_pretrained")):
            return _says_float16(call, text, names)
        case ast.Call(func=ast.Attribute(value=of, attr=name)) if name[:1].isupper():
            return names.qualified(of) == "torch.nn" and _says_float16(call, text, names)
        case ast.Call(func=ast.Attribute(attr="set_default_dtype")):
            return _says_float16(call, text, names)
        case _:
            return False


def _says_float16(call: ast.Call, text: str, names: Names) -> bool:
    given = [*call.args, *(k.value for k in call.keywords if k.arg in ("dtype", "torch_dtype"))]
    return any(_float16(value, text, names) for value in given)


def _float16(value: ast.expr, text: str, names: Names) -> bool:
    match value:
        case ast.IfExp(body=first, orelse=second):
            return _float16(first, text, names) or _float16(second, text, names)
        case ast.Name(id=name) if "dtype" in name.lower() or "precision" in name.lower():
            return bool(
                re.search(rf"(?:^|[(,])\s*{name}\s*(?::[^=\n]*)?=\s*torch\.(?:float16|half)\b", text, re.M)
            )
        case _:
            return names.qualified(value) in _FLOAT16


def _is_model(of: ast.expr, text: str) -> bool:
    """Not a tensor: by the class that makes it, by its name, or by what the file asks it for."""
    while isinstance(of, ast.Call) and isinstance(of.func, ast.Attribute) and of.func.attr in _MOVERS:
        of = of.func.value
    match of:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            defined = bool(re.search(rf"^class {name}\b", text, re.M))
            return defined or (bool(_MAKES_MODEL.match(name)) and not _TENSORS.match(name))
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return bool(_MODEL.search(name)) or name == "self" or _asked(name, text)
        case _:
            return False


def _asked(name: str, text: str) -> bool:
    """Whether the file asks it for its parameters, or calls it, as no tensor is."""
    return bool(re.search(rf"\b{name}\.{_OF_MODELS}\(|(?<![\w.])(?<!def ){name}\(", text))
