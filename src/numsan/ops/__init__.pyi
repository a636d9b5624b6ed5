"""Generated from the modules: the names of `numsan.ops`, for type checkers."""

from numsan.ops.activations import expm1 as expm1, sigmoid as sigmoid, silu as silu, tanh as tanh
from numsan.ops.exponential_pairs import cosh as cosh, erf as erf, erfc as erfc, sinh as sinh
from numsan.ops.gaussian import log_ndtr as log_ndtr, ndtr as ndtr
from numsan.ops.gelus import gelu as gelu, mish as mish
from numsan.ops.geometry import (
    angle_between as angle_between,
    cdist as cdist,
    pairwise_distance as pairwise_distance,
    quaternion_exp as quaternion_exp,
    quaternion_log as quaternion_log,
)
from numsan.ops.guards import (
    clamp_keep_gradient as clamp_keep_gradient,
    eps_for as eps_for,
    mul_no_nan as mul_no_nan,
    safe_div as safe_div,
    safe_log as safe_log,
    safe_pow as safe_pow,
    safe_sqrt as safe_sqrt,
    safe_where as safe_where,
)
from numsan.ops.logcumsum import logcumsumexp as logcumsumexp
from numsan.ops.logpairs import (
    logaddexp as logaddexp,
    logsubexp as logsubexp,
    logsubexp_signed as logsubexp_signed,
)
from numsan.ops.logreduce import (
    log_abs_cumprod as log_abs_cumprod,
    log_abs_prod as log_abs_prod,
    logmeanexp as logmeanexp,
    logsumexp as logsumexp,
    logsumexp_signed as logsumexp_signed,
)
from numsan.ops.logspace import (
    log1mexp as log1mexp,
    log1pexp as log1pexp,
    log_cosh as log_cosh,
    log_expm1 as log_expm1,
    log_sigmoid as log_sigmoid,
    logit as logit,
    logit_from_log as logit_from_log,
    softplus as softplus,
    softplus_inverse as softplus_inverse,
    tanh_log_det as tanh_log_det,
)
from numsan.ops.mixtures import log_mix as log_mix, log_sigmoid_difference as log_sigmoid_difference
from numsan.ops.normalization import (
    batch_norm as batch_norm,
    group_norm as group_norm,
    layer_norm as layer_norm,
    rms_norm as rms_norm,
    standardize as standardize,
)
from numsan.ops.norms import (
    cosine_similarity as cosine_similarity,
    hypot as hypot,
    normalize as normalize,
    renorm as renorm,
    safe_norm as safe_norm,
)
from numsan.ops.products import xlog1py as xlog1py, xlogx as xlogx, xlogy as xlogy
from numsan.ops.scaled_erfc import erfcx as erfcx
from numsan.ops.small import (
    cosm1 as cosm1,
    exprel as exprel,
    log1pmx as log1pmx,
    log1psquare as log1psquare,
    powm1 as powm1,
    sqrt1pm1 as sqrt1pm1,
)
from numsan.ops.softmaxes import log_softmax as log_softmax, softmax as softmax
from numsan.ops.stats import (
    corrcoef as corrcoef,
    masked_mean as masked_mean,
    masked_var as masked_var,
    softmax_pool as softmax_pool,
    std as std,
    var as var,
    var_mean as var_mean,
)
from numsan.ops.trig import (
    acos as acos,
    acosh as acosh,
    asin as asin,
    asinh as asinh,
    atan2 as atan2,
    atanh as atanh,
    sinc as sinc,
)
