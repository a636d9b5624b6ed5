r"""## What it does

Finds a generator's loss that is the mean of $\log(1 - D(G(z)))$, or the negated loss of the discriminator.

## Why it is bad

With $D = \sigma(a)$ its derivative with respect to the logit is $-\sigma(a)$: for a sample that the discriminator
rejects with $a = -20$ it is 2e-9, below the smallest float16 (6e-8) and lost in any sum of float32. The
generator learns nothing just where it is worst. $-\log D(G(z))$ has the same fixed points and the derivative
$-(1 - \sigma(a)) \approx -1$.

## Fix safety

No automatic fix: it changes the objective.

## References

- I. Goodfellow et al., *Generative adversarial nets*, 2014, section 3, https://arxiv.org/abs/1406.2661
- M. Arjovsky, L. Bottou, *Towards principled methods for training GANs*, 2017, https://arxiv.org/abs/1701.04862
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program, dotted
from numsan.core.rule import Example, Rule
from numsan.core.single import Values
from numsan.core.syntax import walk

_GIVEN = "d_fake = torch.tensor([-20.0, -30.0], requires_grad=True)"
_GRADIENT = "g_loss.backward()\ny = d_fake.grad.clone()"

rule = Rule(
    code="NS513",
    name="saturating-gan-loss",
    kind="vanishing",
    severity="warning",
    phase="backward",
    title="the generator's loss is flat where the discriminator is sure",
    advice="minimise -logsigmoid(D(G(z))): binary_cross_entropy_with_logits of the fakes against ones",
    doc=__doc__,
    examples=(
        Example(
            given=_GIVEN,
            bad=(
                "g_loss = -torch.nn.functional.binary_cross_entropy_with_logits(d_fake, torch.zeros_like(d_fake))\n"
                + _GRADIENT
            ),
            good=(
                "g_loss = torch.nn.functional.binary_cross_entropy_with_logits(d_fake, torch.ones_like(d_fake))\n"
                + _GRADIENT
            ),
            silent=(
                "d_loss = torch.nn.functional.binary_cross_entropy_with_logits(d_fake, torch.zeros_like(d_fake))",
            ),
            wrong_by=0.9,
            run=False,
        ),
        Example(
            given=_GIVEN,
            bad="g_loss = torch.mean(torch.nn.functional.logsigmoid(-d_fake))\n" + _GRADIENT,
            good="g_loss = -torch.mean(torch.nn.functional.logsigmoid(d_fake))\n" + _GRADIENT,
            silent=("d_loss = -torch.mean(torch.nn.functional.logsigmoid(-d_fake))",),
            wrong_by=0.9,
            run=False,
        ),
    ),
)

_GENERATOR = re.compile(
    r"(^|[._])(g|gen|generator)_?(adv\w*_)?(loss|cost|err|error)(es|_\w+)?$"
    r"|(loss|cost|err|error)_?(g|gen|generator)(_\w+)?$|^(loss|err)G\w*$",
    re.I,
)
_NAMED = (ast.Name, ast.Attribute)
_SUMS = ("mean", "sum", "reduce_mean", "reduce_sum", "average")
_ENTROPY = re.compile(
    r"(criterion|bce\w*|binary_cross_?entropy\w*|sigmoid_cross_entropy\w*|adv\w*_loss)$", re.I
)
_FAKE = re.compile(r"zeros|(label|target)s?_?fake|fake_?(label|target)|^fake_?s?$", re.I)


_SIGNS = ("fake", "iscrim", "netD", "D(G(")
_NAMES = (
    "g_loss",
    "gen_loss",
    "generator_loss",
    "g_adv",
    "gen_adv",
    "loss_g",
    "lossg",
    "errg",
    "err_g",
    "g_err",
    "gan_loss",
)


@rule.scans("=")
def saturating(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if not any(sign in program.text for sign in (*_SIGNS, "generator_loss")):
        return
    text = program.text.lower()
    if not any(name in text for name in _NAMES):
        return
    for body in program.bodies:
        values = Values(program, body)
        for loss in _losses(body.name, body.nodes):
            for node in _flat(loss, 1, values, 4):
                yield (
                    node,
                    f"`{' '.join(ast.unparse(node).split())}` is minimised: flat where the fake is rejected",
                )
                break


def _losses(function: str, nodes: list[ast.AST]) -> Iterator[ast.expr]:
    """What is assigned to a name of a generator's loss, or returned by a function of that name."""
    for node in nodes:
        match node:
            case ast.Assign(targets=[target], value=value) if _GENERATOR.search(dotted(target)):
                yield value
            case ast.Return(value=ast.expr() as value) if _GENERATOR.search(function):
                yield value
            case _:
                pass


def _flat(node: ast.expr, sign: int, values: Values, depth: int) -> Iterator[ast.expr]:
    """Terms of a sum that are log(1 - D), with the sign they have in it."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            yield from _flat(inner, -sign, values, depth)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, right=right):
            flips = isinstance(op, ast.Mult | ast.Div) and any(_negative(side) for side in (left, right))
            yield from _flat(left, -sign if flips else sign, values, depth)
            if not isinstance(op, ast.Div):
                yield from _flat(right, -sign if flips or isinstance(op, ast.Sub) else sign, values, depth)
        case ast.Call(func=ast.Attribute(attr=name, value=owner), args=args) if name in _SUMS:
            yield from _flat(args[0] if args and not _method(owner) else owner, sign, values, depth)
        case ast.Call():
            if _saturates(node, values) == sign:
                yield node
        case ast.Name() | ast.Attribute() if depth and (held := values.of(node)) is not node:
            yield from _flat(held, sign, values, depth - 1)
        case _:
            pass


def _method(owner: ast.expr) -> bool:
    """Whether `owner.mean(...)` is a method of a value, not a function of a module."""
    return not (isinstance(owner, ast.Name) and owner.id in ("torch", "th", "tf", "jnp", "np", "K", "F"))


def _negative(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
    )


def _saturates(call: ast.Call, values: Values) -> int:
    """1 where the value of the call is log(1 - D), -1 where it is its negative, else 0."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)
    first = call.args[0] if call.args else None
    if name == "log":
        inner = (
            first if first is not None else call.func.value if isinstance(call.func, ast.Attribute) else None
        )
        return int(inner is not None and _rest_of_one(inner))
    if first is None:
        return 0
    turned = isinstance(first, ast.UnaryOp) and isinstance(first.op, ast.USub)
    if name == "log1p" or name in ("logsigmoid", "log_sigmoid"):
        return int(turned)
    if name == "softplus":
        return 0 if turned else -1
    labels = [*call.args[isinstance(first, ast.Name) :], *(k.value for k in call.keywords)]
    against = any(
        _FAKE.search(dotted(n)) for a in labels for n in walk(values.of(a)) if isinstance(n, _NAMED)
    )
    return -1 if _ENTROPY.search(name) and against else 0


def _rest_of_one(node: ast.expr) -> bool:
    """`1 - p`, also with an epsilon or a clamp."""
    match node:
        case ast.BinOp(left=ast.Constant(value=1 | 1.0), op=ast.Sub()):
            return True
        case ast.BinOp(left=inner, op=ast.Add(), right=ast.Constant() | ast.Name() | ast.Attribute()):
            return _rest_of_one(inner)
        case ast.Call(func=ast.Attribute(attr="clamp" | "clip" | "clamp_min", value=inner)):
            return _rest_of_one(inner)
        case _:
            return False
