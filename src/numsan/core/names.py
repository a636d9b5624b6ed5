"""Canonical operations: order of arguments and defaults left out, the same in source and in a run."""

from __future__ import annotations

from typing import Any

_NONE = object()

# name: ((parameter, default), ...); `_NONE` has no default
PARAMETERS: dict[str, tuple[tuple[str, Any], ...]] = {}


def _table(text: str) -> None:
    for line in text.strip().splitlines():
        name, _, rest = line.partition(":")
        pairs = (word.partition("=") for word in rest.split())
        PARAMETERS[name.strip()] = tuple((key, _value(value) if eq else _NONE) for key, eq, value in pairs)


def _value(text: str) -> Any:
    words = {"None": None, "False": False, "True": True}
    if text in words:
        return words[text]
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


_table("""
sum: input dim=None keepdim=False
mean: input dim=None keepdim=False
prod: input dim=None keepdim=False
amax: input dim=None keepdim=False
amin: input dim=None keepdim=False
logsumexp: input dim keepdim=False
std: input dim=None correction=1 keepdim=False
var: input dim=None correction=1 keepdim=False
norm: input p=2 dim=None keepdim=False
softmax: input dim=None
log_softmax: input dim=None
safe_softmax: input dim=None
cumsum: input dim
cumprod: input dim
logcumsumexp: input dim
clamp: input min=None max=None
nan_to_num: input nan=0.0 posinf=None neginf=None
fillna: input value=None
where: condition input other
masked_fill: input mask value
softplus: input beta=1.0 threshold=20.0
normalize: input p=2.0 dim=1 eps=1e-12
cosine_similarity: x1 x2 dim=1 eps=1e-8
layer_norm: input normalized_shape weight=None bias=None eps=1e-5
cdist: x1 x2 p=2.0
cross_entropy: input target weight=None
nll_loss: input target weight=None
binary_cross_entropy: input target weight=None
binary_cross_entropy_with_logits: input target weight=None
mse_loss: input target
l1_loss: input target
smooth_l1_loss: input target
huber_loss: input target
kl_div: input target
add: input other alpha=1
sub: input other alpha=1
einsum: equation a b
logit: input eps=None
gather: input dim index
index: input index
to: input dtype
one_hot: input num_classes=None
nonzero: input
global_norm: input
arange: start end=None step=None
full: value
distribution: family probs=None logits=None
""")
_UNARY = """
log exp sqrt rsqrt sigmoid tanh logsigmoid log1p expm1 log2 log10 exp2 acos asin atan atanh acosh asinh
abs neg relu sin cos tan sinh cosh det logdet slogdet erf erfc erfinv
lgamma digamma floor round ceil sign isfinite isnan isinf
entr softsign silu gelu inverse cholesky eigh svd reciprocal erfcx log_ndtr ndtr sinc trace elu
float
"""
_BINARY = """
mul div pow matmul maximum minimum atan2 hypot xlogy xlog1py logaddexp gt lt ge le eq ne remainder fmod
solve logical_and logical_or copysign bitwise_and bitwise_or floor_divide
"""
for _name in _UNARY.split():
    PARAMETERS[_name] = (("input", _NONE),)
for _name in _BINARY.split():
    PARAMETERS[_name] = (("input", _NONE), ("other", _NONE))


def trimmed(name: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """`args` without trailing defaults and unmodelled parameters: `sum(x, None, False)` is `sum(x)`."""
    parameters = PARAMETERS.get(name)
    if parameters is None:
        return args
    args = args[: len(parameters)]
    while len(args) > 1 and _is_default(args[-1], parameters[len(args) - 1][1]):
        args = args[:-1]
    return args


def _is_default(value: Any, default: Any) -> bool:
    if default is _NONE or isinstance(value, bool) is not isinstance(default, bool):
        return False
    if isinstance(value, bool | int | float | str | None):
        return value == default
    return False
