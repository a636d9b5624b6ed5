"""What a file or function is for: in which format it runs, whether anybody asks for its gradient."""

from __future__ import annotations

import ast
import re

from numsan.check.bindings import Flow, Scope
from numsan.check.statements import NO_AUTOCAST, NO_GRAD

# nobody asks what these compute for a gradient
_UNTRAINED = re.compile(
    r"(Processor|Optimizer|Adam\w*|FeatureExtractor\w*|Scheduler|Pipeline|Dataset|Tokenizer|Metrics?|Env)\."
    r"|running|(?<!calc_)(?<!get_)mean_std|(^|\.)(quantize\w*|fit|project_\w+|unproject_\w+|pts_to_\w+)$"
    r"|(^|\.)(test_\w+|evaluate|predict\w*|generate|preprocess|plot_\w+|__repr__)$"
    r"|(^|\.)(\w*advantages?|update_fn|(global|total)_norm|clip_\w*norm\w*|\w+_(init|inplace)|\w*diagnostics)$"
)
_INFERENCE = re.compile(r"(Processor|LogitsWarper|FeatureExtractor\w*|Scheduler|Pipeline|Tokenizer)\.")
_PREPARING = re.compile(
    r"(^|[/\\])(image_processing|feature_extraction|processing|tokenization)_\w+\.py$"
    r"|(^|[/\\])(pipelines|modular_pipelines|schedulers|guiders|quantizers|datasets?|augmentations?|feature)[/\\]"
)
_MEASURING = re.compile(
    r"(^|[/\\])(\w*metrics?|data|transforms|optim|optimizers?|cluster(ing)?|solvers?)[/\\]"
)
_CONVERTED = re.compile(
    r"^ *(?:return |\w[\w.]* = ).*?(?:\b[A-Z]\w*\([^()]*\)|\b\w*(?:model|net|encoder|decoder|transformer|module|block)\w*)"
    r"(?:\.\w+\(\))*\.(?:to\([^()]*torch\.(bfloat16|float16|half)\b|(bfloat16|half)\(\))",
    re.M,
)


def converted_to(text: str) -> str:
    """The half format that a module of the file is converted to, with its buffers."""
    short = "register_buffer" in text and any(word in text for word in ("float16", ".half()", "torch.half"))
    found = _CONVERTED.search(text) if short else None
    into = "" if found is None else found[1] or found[2]
    return "float16" if into == "half" else into


def begun_for(flow: Flow, name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Scope:
    """A scope for a function that is about to be walked."""
    begun = Scope(name)
    prepares = bool(_PREPARING.search(flow.source.filename))
    begun.untrained = prepares or bool(_INFERENCE.search(name)) or _deprecated(flow, node)
    if (
        begun.untrained
        or _MEASURING.search(flow.source.filename)
        or _UNTRAINED.search(name)
        or (name.endswith(".compute") and "    def update(" in flow.source.text)  # of a metric
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
