"""What a file or function is for: in which format it runs, whether anybody asks for its gradient."""

from __future__ import annotations

import ast
import re

from numsan.check.bindings import Flow, Scope
from numsan.check.statements import NO_AUTOCAST, NO_GRAD

# a model, not one tensor, that is turned to float16
_HALF = re.compile(
    r"^ *torch\.set_default_dtype\(torch\.(half|float16)\)"
    r"|\b\w*(model|net|encoder|decoder|vae|transformer|generator|module|backbone|layer)\w*(\.\w+\(\))*"
    r"\.(half\(\)|to\([^()]*(dtype=)?torch\.(float16|half)\))"
    r"|[A-Z]\w+\([^()]*\)(\.\w+\(\))*\.half\(\)"
    r"|\.from_pretrained\([^()]*\b(torch_)?dtype=torch\.(float16|half)\b",
    re.M,
)
_AUTOCAST = re.compile(r"^ *with .*\bautocast\((?!.*(bfloat16|enabled=False|\"cpu\"|'cpu'))", re.M)
# nobody asks what these compute for a gradient
_UNTRAINED = re.compile(
    r"(Processor|Optimizer|Adam\w*|FeatureExtractor\w*|Scheduler|Pipeline|Dataset|Tokenizer|Metrics?|Env)\."
    r"|running|(?<!calc_)mean_std|(^|\.)(quantize\w*|fit|project_\w+|unproject_\w+|pts_to_\w+)$"
    r"|(^|\.)(test_\w+|evaluate|predict\w*|generate|preprocess|plot_\w+|__repr__)$"
    r"|(^|\.)(\w*advantages?|update_fn|\w+_(init|inplace)|\w*diagnostics)$"
)
_INFERENCE = re.compile(r"(Processor|LogitsWarper|FeatureExtractor\w*|Scheduler|Pipeline|Tokenizer)\.")
_PREPARING = re.compile(
    r"(^|[/\\])(image_processing|feature_extraction|processing|tokenization)_\w+\.py$"
    r"|(^|[/\\])(pipelines|modular_pipelines|schedulers|guiders|quantizers|datasets?|augmentations?|feature)[/\\]"
)
_MEASURING = re.compile(r"(^|[/\\])(\w*metrics?|optim|optimizers?|cluster(ing)?|solvers?)[/\\]")
_CONVERTED = re.compile(
    r"^ *(?:return |\w[\w.]* = ).*?(?:\b[A-Z]\w*\([^()]*\)|\b\w*(?:model|net|encoder|decoder|transformer|module|block)\w*)"
    r"(?:\.\w+\(\))*\.(?:to\([^()]*torch\.(bfloat16|float16|half)\b|(bfloat16|half)\(\))",
    re.M,
)
_SAID = re.compile(r"^\s*(>>>|\.\.\.|#)")  # an example in a docstring, a remark


def converted_to(text: str) -> str:
    """The half format that a module of the file is converted to, with its buffers."""
    short = "register_buffer" in text and any(word in text for word in ("float16", ".half()", "torch.half"))
    found = _CONVERTED.search(text) if short else None
    into = "" if found is None else found[1] or found[2]
    return "float16" if into == "half" else into


def _done(text: str, found: re.Match[str]) -> bool:
    """Whether what was found is a statement, not the example of a docstring."""
    start = text.rfind("\n", 0, found.start() + 1) + 1
    return not _SAID.match(text[start : found.end()])


def runs_in_half(text: str) -> str:
    if any(word in text for word in (".half()", "torch.half", "torch.float16")) and any(
        _done(text, found) for found in _HALF.finditer(text)
    ):
        return "model"
    return "autocast" if "autocast(" in text and _AUTOCAST.search(text) else ""


def begun_for(flow: Flow, name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Scope:
    """A scope for a function that is about to be walked."""
    begun = Scope(name)
    prepares = bool(_PREPARING.search(flow.source.filename))
    begun.untrained = prepares or bool(_INFERENCE.search(name)) or _deprecated(flow, node)
    if (
        begun.untrained
        or _MEASURING.search(flow.source.filename)
        or _UNTRAINED.search(name)
        or (
            name.endswith(".sample") and "arg_constraints" in flow.source.text
        )  # of a distribution; not `rsample`
        or any(NO_GRAD.search(flow.source.segment(d)) for d in node.decorator_list)
    ):
        begun.no_grad.append((node.lineno, node.end_lineno or node.lineno))
    begun.by_hand = _by_hand(node)
    if any(NO_AUTOCAST.search(flow.source.segment(d)) for d in node.decorator_list):
        begun.wide.append((node.lineno, node.end_lineno or node.lineno))
    return begun


def _deprecated(flow: Flow, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Code that only warns of its own end is not repaired."""
    first = node.body[1:2] if ast.get_docstring(node, clean=False) is not None else node.body[:1]
    return any("DeprecationWarning" in flow.source.segment(s) for s in first)


def _by_hand(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """`forward(ctx, ...)` and `backward(ctx, ...)` of an `autograd.Function`, which nothing differentiates."""
    return function.name in ("forward", "backward") and [a.arg for a in function.args.args[:1]] == ["ctx"]
