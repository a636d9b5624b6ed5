r"""## What it does

Finds a logarithm whose argument can be exactly zero: probabilities, `1 - p`, clamped or rectified values,
masks.

## Why it is bad

$\log 0 = -\infty$ and the derivative $1/0 = \infty$; multiplied by a zero weight it is `nan`. In bfloat16 a
probability rounds to 1 from a logit of 5.5 on, in float16 from 7.6, in float32 from 16.6, so `1 - p` is
exactly 0 earlier than one thinks.

## Fix safety

Unsafe: values below 1e-12 are raised to 1e-12 and get no gradient. Where the argument comes from logits, a
function of the logits (`log_softmax`, `logsigmoid`) is better.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.special.xlogy.html
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import BOOL, interval, probability
from numsan.core.made import maker
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import clean, least, peel, same, source, zeros
from numsan.core.zero import reaches_zero

# numbers that a person chose
RATE = re.compile(r"rate|drop|decay|beta|gamma|momentum|alpha|eps|lambda|conf|smooth|quantile|level", re.I)
DRAWN = re.compile(r"\.(rand|random|random_sample)\([^()]*\)$")  # from [0, 1), which leaves 1 out

SPECTRUM = re.compile(
    r"(^|[._])(mels?|(mel_?|power_?)?spec(trogram|trum|tra|s)?|magnitudes?|stft\w*|psd|fft|f0)(\.T)?$", re.I
)
SIGNAL = re.compile(r"(^|[._])(x|y|s|sig(nal)?|wav\w*|audio\w*|samples?|frames?|h|X|S|H)$")
TRANSFORM = re.compile(r"(^|\.)(i?(stft|r?fft[n2]?)|\w*(mel|spectrogram|stft)\w*)$", re.I)

# in a picture, which a mask leaves out at its border
PLACES = re.compile(r"anchor|proposal|grid|coord|point", re.I)

# what a model says, a probability that rounds to 0, whatever the metric makes of it; the error of an exact copy
PREDICTED = re.compile(
    r"(^|[._])(mse|mean_squared_error|(y_?)?(pred(iction)?s?|likelihoods?|posteriors?|responsibilit(y|ies)))$",
    re.I,
)

rule = Rule(
    code="NS301",
    name="log-of-zero",
    kind="domain",
    generic=True,
    trained=True,
    title="log of a value that can be exactly zero",
    advice="bound the argument away from zero, torch.log(x.clamp(min=1e-12)), or work with logits",
    doc=__doc__,
    examples=(
        Example(
            given="p = torch.tensor([1.0, 0.5], requires_grad=True)",
            bad="y = torch.log(1 - p)",
            good="y = torch.log(torch.clamp(1 - p, min=1e-12))",
            silent=(
                "y = torch.log(p.clamp(min=1e-6))",
                "y = torch.log(1 - p + 1e-6)",
                "y = torch.log(torch.nn.functional.softplus(p) + 1e-6)",
            ),
        ),
        Example(
            given="p = torch.tensor([1.0, 0.5], requires_grad=True)",
            bad="y = torch.log(1 - p - 1e-7)",
            good="y = torch.log((1 - p - 1e-7).clamp(min=1e-12))",
            fixed="y = torch.log(torch.clamp(1 - p - 1e-7, min=1e-12))",
        ),
        Example(
            given="d_fake = torch.tensor([1.0, 0.5], requires_grad=True)",
            bad="y = -torch.log(1 - d_fake)",
            good="y = -torch.log((1 - d_fake).clamp(min=1e-12))",
            fixed="y = -torch.log(torch.clamp(1 - d_fake, min=1e-12))",
            silent=("y = -torch.log(1 - torch.rand(3))", "y = torch.log(1 - dropout_rate)"),
        ),
        Example(
            given="x = torch.tensor([-1.0, 0.5], requires_grad=True)",
            bad="y = torch.relu(x).log()",
            good="y = torch.relu(x).clamp_min(1e-12).log()",
            fixed="y = torch.log(torch.clamp(torch.relu(x), min=1e-12))",
        ),
        Example(
            given="x = torch.tensor([0.0, 0.5], requires_grad=True)",
            bad="y = torch.log(x)",
            good="y = torch.log(torch.clamp(x, min=1e-12))",
            static=False,
        ),
    ),
)


@rule.matches("log", "log2", "log10")
def any_log(op: Op) -> Bindings | None:
    return {"x": op.args[0], "name": op.name}


@rule.reachable_when("x")
def can_be_zero(x: Any, name: str) -> bool | None:
    if isinstance(peel(x), Op) and peel(x).name in BOOL:
        return False  # 0 and 1 become -inf and 0: a mask, made on purpose
    if _drawn(x):
        return None
    if probability(x) or (name == "log10" and _signal(peel(x))):
        return True
    if _falls_below(x) or _underflown(peel(x)) or _odds(peel(x)):
        return True
    known = reaches_zero(x)
    if known is None and isinstance(held := peel(x), Leaf) and PREDICTED.search(held.text):
        return True
    if known is None and _spectrum(x):
        return True
    return True if known is None and _complement(x) else known


@rule.drowned_by
def inverse_of_sigmoid(other: Any, x: Any, name: str) -> bool:
    """`log(y) - log(1 - y)` is given what lies between 0 and 1; whether `y` can be 0 is asked where it stands."""
    match peel(x), other:
        case Op("sub", (1 | 1.0, y)), Op("log", (z,)):
            return _complement(x) and same(peel(y), peel(z))
        case _:
            return False


def _odds(x: Any) -> bool:
    """`x / (1 - x)`, which is 0 and infinite at the ends of what it is written for."""
    match x:
        case Op("div", (p, Op("sub", (1 | 1.0, q)))):
            held = peel(p)
            free = isinstance(held, Leaf) and held.call is None and held.default is None
            return free and same(held, peel(q)) and not PLACES.search(source(held))
        case _:
            return False


def _underflown(x: Any) -> bool:
    """`softplus` of what a layer says: 0 from -104 on in float32, from -17 in float16."""
    match x:
        case Op("softplus", (Leaf(call=(_, _)) | Op() as of, *_)):
            return interval(of)[0] < -104 and not (isinstance(of, Op) and of.name in ("view", "index", "to"))
        case _:
            return False


def _falls_below(x: Any) -> bool:
    """`1 - p - eps` and `1 - (p + eps)`: an epsilon of the wrong sign makes 0 negative."""
    match peel(x):
        case Op("add", (Op("tanh" | "sin" | "cos" | "cosine_similarity"), eps)) if _epsilon(eps):
            return True
        case Op("sub", (rest, eps)) if _epsilon(eps):
            return _complement(rest) or reaches_zero(rest) is True
        case Op("sub", (Op("sum", (Op("mul"), *_)), Op("sum", (Op("mul"), *_)))):
            return True  # of two scores, the second may be larger
        case Op("sub", (1 | 1.0, total)):
            held = peel(total)
            return isinstance(held, Op) and held.name == "add" and any(map(_epsilon, held.args))
        case _:
            return False


def _epsilon(x: Any) -> bool:
    return isinstance(x, int | float | Leaf) and 0 < interval(x)[0] < 1e-2


def _complement(x: Any) -> bool:
    """`1 - y` in a logarithm: `y` is a probability, whatever it is called, and can be 1."""
    match peel(x):
        case Op("sub", (1 | 1.0, y)):
            held = peel(y)
            if isinstance(held, Op) and held.name == "sub" and held.args[0] in (1, 1.0):
                held = peel(held.args[1])
            if isinstance(held, Op) and held.name in ("prod", "cumprod"):
                return True  # that none of several happens
            if isinstance(held, Op) and held.name == "pow" and isinstance(held.args[1], Leaf | Op):
                return isinstance(peel(held.args[0]), Leaf)  # 1 - x**a of an x in [0, 1]
            return isinstance(held, Leaf) and not (RATE.search(held.text) or DRAWN.search(held.text))
        case _:
            return False


def _spectrum(x: Any) -> bool:
    """The magnitude of a spectrum: 0 for digital silence; the pitch of what has no voice."""
    if isinstance(x, Op) and any(op.name == "index" for op in x.walk()):
        return False  # some of it, by a mask that knows why
    held = peel(x, "abs")
    if isinstance(held, Op) and held.name == "matmul":
        return any(_spectrum(factor) for factor in held.args)
    if isinstance(held, Op) and held.name == "pow":
        held = peel(held.args[0], "abs")
    return isinstance(held, Leaf) and bool(SPECTRUM.search(held.text) or TRANSFORM.search(maker(held)))


def _signal(x: Any) -> bool:
    """Decibels of a signal, which can be silent."""
    return (
        isinstance(x, Op)
        and x.name == "abs"
        and isinstance(of := peel(x.args[0]), Leaf)
        and bool(SIGNAL.search(of.text))
    )


def _drawn(x: Any) -> bool:
    """`probs.gather(1, torch.multinomial(probs, 1))`: what was drawn is not impossible."""
    while isinstance(x, Op) and x.name == "view":
        x = x.args[0]
    match x:
        case Op("gather", (_, _, Leaf(call=(str() as maker, _)))):
            return maker.endswith(("multinomial", "argmax"))
        case _:
            return False


@rule.bites_when
def is_zero(x: Any, name: str) -> str | None:
    low = least(x)
    if not clean(x) or low is None:
        return None
    if low < 0:
        return f"`{source(x)}` falls to {low:.4g}: the logarithm of a negative number is nan"
    n = zeros(x)
    return f"`{source(x)}` is exactly 0 in {n} element{'s' if n > 1 else ''}: log(0) = -inf" if n else None


@rule.fixed_by
def bounded(x: Any, name: str) -> str | None:
    return f"torch.{name}(torch.clamp({source(x)}, min=1e-12))"
