"""numpy twins of the elementwise and log-space operations: same names, same algorithms, no torch, values
only.

float16 is computed in float32 and rounded once; integers and complex numbers are refused.
"""

from __future__ import annotations

from numsan.ops.np.elementwise import log1mexp as log1mexp
from numsan.ops.np.elementwise import log1pexp as log1pexp
from numsan.ops.np.elementwise import log_cosh as log_cosh
from numsan.ops.np.elementwise import log_sigmoid as log_sigmoid
from numsan.ops.np.elementwise import logit as logit
from numsan.ops.np.elementwise import logit_from_log as logit_from_log
from numsan.ops.np.elementwise import logsubexp as logsubexp
from numsan.ops.np.elementwise import sigmoid as sigmoid
from numsan.ops.np.elementwise import softplus_inverse as softplus_inverse
from numsan.ops.np.elementwise import xlogy as xlogy
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
    "exprel",
    "log1mexp",
    "log1pexp",
    "log1pmx",
    "log1psquare",
    "log_cosh",
    "log_mix",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logit",
    "logit_from_log",
    "logmeanexp",
    "logsubexp",
    "logsumexp",
    "powm1",
    "sigmoid",
    "silu",
    "sinc",
    "softmax",
    "softplus_inverse",
    "sqrt1pm1",
    "tanh_log_det",
    "xlog1py",
    "xlogx",
    "xlogy",
]
