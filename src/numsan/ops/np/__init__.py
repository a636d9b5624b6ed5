"""numpy twins of the elementwise and log-space operations: same names, same algorithms, no torch, values
only.

float16 is computed in float32 and rounded once; integers and complex numbers are refused.
"""

from __future__ import annotations

from numsan.ops.np.elementwise import log1mexp as log1mexp
from numsan.ops.np.elementwise import log1pexp as log1pexp
from numsan.ops.np.elementwise import log_cosh as log_cosh
from numsan.ops.np.elementwise import log_expm1 as log_expm1
from numsan.ops.np.elementwise import log_sigmoid as log_sigmoid
from numsan.ops.np.elementwise import logit as logit
from numsan.ops.np.elementwise import logit_from_log as logit_from_log
from numsan.ops.np.elementwise import logsubexp as logsubexp
from numsan.ops.np.elementwise import sigmoid as sigmoid
from numsan.ops.np.elementwise import softplus_inverse as softplus_inverse
from numsan.ops.np.elementwise import xlogy as xlogy
from numsan.ops.np.gaussian import erf as erf
from numsan.ops.np.gaussian import erfc as erfc
from numsan.ops.np.gaussian import erfcx as erfcx
from numsan.ops.np.gaussian import gelu as gelu
from numsan.ops.np.gaussian import log_ndtr as log_ndtr
from numsan.ops.np.gaussian import log_ndtr_difference as log_ndtr_difference
from numsan.ops.np.gaussian import ndtr as ndtr
from numsan.ops.np.gaussian import ndtri as ndtri
from numsan.ops.np.logspace import log_abs_cumprod as log_abs_cumprod
from numsan.ops.np.logspace import log_abs_prod as log_abs_prod
from numsan.ops.np.logspace import log_sigmoid_difference as log_sigmoid_difference
from numsan.ops.np.logspace import logcumsumexp as logcumsumexp
from numsan.ops.np.logspace import logsubexp_signed as logsubexp_signed
from numsan.ops.np.logspace import logsumexp_signed as logsumexp_signed
from numsan.ops.np.logspace import mish as mish
from numsan.ops.np.logspace import mul_no_nan as mul_no_nan
from numsan.ops.np.logspace import safe_div as safe_div
from numsan.ops.np.logspace import softplus as softplus
from numsan.ops.np.reductions import log_softmax as log_softmax
from numsan.ops.np.reductions import logmeanexp as logmeanexp
from numsan.ops.np.reductions import logsumexp as logsumexp
from numsan.ops.np.reductions import softmax as softmax
from numsan.ops.np.remainders import exprel as exprel
from numsan.ops.np.remainders import log1pmx as log1pmx
from numsan.ops.np.remainders import log_mix as log_mix
from numsan.ops.np.remainders import sinc as sinc
from numsan.ops.np.small import cosm1 as cosm1
from numsan.ops.np.small import log1psquare as log1psquare
from numsan.ops.np.small import logaddexp as logaddexp
from numsan.ops.np.small import powm1 as powm1
from numsan.ops.np.small import silu as silu
from numsan.ops.np.small import sqrt1pm1 as sqrt1pm1
from numsan.ops.np.small import tanh_log_det as tanh_log_det
from numsan.ops.np.small import xlog1py as xlog1py
from numsan.ops.np.small import xlogx as xlogx

__all__ = [
    "cosm1",
    "erf",
    "erfc",
    "erfcx",
    "exprel",
    "gelu",
    "log1mexp",
    "log1pexp",
    "log1pmx",
    "log1psquare",
    "log_abs_cumprod",
    "log_abs_prod",
    "log_cosh",
    "log_expm1",
    "log_mix",
    "log_ndtr",
    "log_ndtr_difference",
    "log_sigmoid",
    "log_sigmoid_difference",
    "log_softmax",
    "logaddexp",
    "logcumsumexp",
    "logit",
    "logit_from_log",
    "logmeanexp",
    "logsubexp",
    "logsubexp_signed",
    "logsumexp",
    "logsumexp_signed",
    "mish",
    "mul_no_nan",
    "ndtr",
    "ndtri",
    "powm1",
    "safe_div",
    "sigmoid",
    "silu",
    "sinc",
    "softmax",
    "softplus",
    "softplus_inverse",
    "sqrt1pm1",
    "tanh_log_det",
    "xlog1py",
    "xlogx",
    "xlogy",
]
