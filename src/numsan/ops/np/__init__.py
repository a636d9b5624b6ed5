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

__all__ = [
    "log1mexp",
    "log1pexp",
    "log_cosh",
    "log_sigmoid",
    "log_softmax",
    "logit",
    "logit_from_log",
    "logmeanexp",
    "logsubexp",
    "logsumexp",
    "sigmoid",
    "softmax",
    "softplus_inverse",
    "xlogy",
]
