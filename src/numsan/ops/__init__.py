"""Stable operations: what to write in place of the expression that went wrong.

Every function has the value and the gradient of the mathematics, not of the rounded intermediate results, for
float64, float32, bfloat16 and float16, and is documented with its special values. Names are loaded on first
use, so that `numsan.ops.np` needs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numsan.ops.activations import expm1 as expm1
    from numsan.ops.activations import sigmoid as sigmoid
    from numsan.ops.activations import silu as silu
    from numsan.ops.activations import tanh as tanh
    from numsan.ops.exponential_pairs import cosh as cosh
    from numsan.ops.exponential_pairs import erf as erf
    from numsan.ops.exponential_pairs import erfc as erfc
    from numsan.ops.exponential_pairs import sinh as sinh
    from numsan.ops.gaussian import log_ndtr as log_ndtr
    from numsan.ops.gaussian import ndtr as ndtr
    from numsan.ops.gelus import gelu as gelu
    from numsan.ops.gelus import mish as mish
    from numsan.ops.guards import (
        clamp_keep_gradient as clamp_keep_gradient,
    )
    from numsan.ops.guards import (
        eps_for as eps_for,
    )
    from numsan.ops.guards import (
        mul_no_nan as mul_no_nan,
    )
    from numsan.ops.guards import (
        safe_div as safe_div,
    )
    from numsan.ops.guards import (
        safe_log as safe_log,
    )
    from numsan.ops.guards import (
        safe_pow as safe_pow,
    )
    from numsan.ops.guards import (
        safe_sqrt as safe_sqrt,
    )
    from numsan.ops.guards import (
        safe_where as safe_where,
    )
    from numsan.ops.logcumsum import logcumsumexp as logcumsumexp
    from numsan.ops.logpairs import (
        logaddexp as logaddexp,
    )
    from numsan.ops.logpairs import (
        logsubexp as logsubexp,
    )
    from numsan.ops.logpairs import (
        logsubexp_signed as logsubexp_signed,
    )
    from numsan.ops.logreduce import (
        log_abs_cumprod as log_abs_cumprod,
    )
    from numsan.ops.logreduce import (
        log_abs_prod as log_abs_prod,
    )
    from numsan.ops.logreduce import (
        logmeanexp as logmeanexp,
    )
    from numsan.ops.logreduce import (
        logsumexp as logsumexp,
    )
    from numsan.ops.logreduce import (
        logsumexp_signed as logsumexp_signed,
    )
    from numsan.ops.logspace import (
        log1mexp as log1mexp,
    )
    from numsan.ops.logspace import (
        log1pexp as log1pexp,
    )
    from numsan.ops.logspace import (
        log_cosh as log_cosh,
    )
    from numsan.ops.logspace import (
        log_expm1 as log_expm1,
    )
    from numsan.ops.logspace import (
        log_sigmoid as log_sigmoid,
    )
    from numsan.ops.logspace import (
        logit as logit,
    )
    from numsan.ops.logspace import (
        logit_from_log as logit_from_log,
    )
    from numsan.ops.logspace import (
        softplus as softplus,
    )
    from numsan.ops.logspace import (
        softplus_inverse as softplus_inverse,
    )
    from numsan.ops.logspace import (
        tanh_log_det as tanh_log_det,
    )
    from numsan.ops.mixtures import log_mix as log_mix
    from numsan.ops.mixtures import log_sigmoid_difference as log_sigmoid_difference
    from numsan.ops.products import xlog1py as xlog1py
    from numsan.ops.products import xlogx as xlogx
    from numsan.ops.products import xlogy as xlogy
    from numsan.ops.scaled_erfc import erfcx as erfcx
    from numsan.ops.small import (
        cosm1 as cosm1,
    )
    from numsan.ops.small import (
        exprel as exprel,
    )
    from numsan.ops.small import (
        log1pmx as log1pmx,
    )
    from numsan.ops.small import (
        log1psquare as log1psquare,
    )
    from numsan.ops.small import (
        powm1 as powm1,
    )
    from numsan.ops.small import (
        sqrt1pm1 as sqrt1pm1,
    )
    from numsan.ops.softmaxes import log_softmax as log_softmax
    from numsan.ops.softmaxes import softmax as softmax
    from numsan.ops.trig import (
        acos as acos,
    )
    from numsan.ops.trig import (
        acosh as acosh,
    )
    from numsan.ops.trig import (
        asin as asin,
    )
    from numsan.ops.trig import (
        asinh as asinh,
    )
    from numsan.ops.trig import (
        atan2 as atan2,
    )
    from numsan.ops.trig import (
        atanh as atanh,
    )
    from numsan.ops.trig import (
        sinc as sinc,
    )

_HOME = {
    "activations": "expm1 sigmoid silu tanh",
    "exponential_pairs": "cosh erf erfc sinh",
    "gaussian": "log_ndtr ndtr",
    "gelus": "gelu mish",
    "guards": "clamp_keep_gradient eps_for mul_no_nan safe_div safe_log safe_pow safe_sqrt safe_where",
    "logcumsum": "logcumsumexp",
    "logpairs": "logaddexp logsubexp logsubexp_signed",
    "logreduce": "log_abs_cumprod log_abs_prod logmeanexp logsumexp logsumexp_signed",
    "logspace": (
        "log1mexp log1pexp log_cosh log_expm1 log_sigmoid logit logit_from_log softplus "
        "softplus_inverse tanh_log_det"
    ),
    "mixtures": "log_mix log_sigmoid_difference",
    "products": "xlog1py xlogx xlogy",
    "scaled_erfc": "erfcx",
    "small": "cosm1 exprel log1pmx log1psquare powm1 sqrt1pm1",
    "softmaxes": "log_softmax softmax",
    "trig": "acos acosh asin asinh atan2 atanh sinc",
}
_WHERE = {name: module for module, names in _HOME.items() for name in names.split()}
__all__ = sorted(_WHERE)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'numsan.ops' has no attribute {name!r}")
    value = getattr(import_module(f"numsan.ops.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
