"""Generated from the modules: the names of `numsan.ops`, for type checkers."""

from numsan.ops.activations import expm1 as expm1, sigmoid as sigmoid, silu as silu, tanh as tanh
from numsan.ops.adaptive_clipping import AdaGC as AdaGC, ZClip as ZClip, adaptive_clip_ as adaptive_clip_
from numsan.ops.attention import (
    attention as attention,
    mask_constant as mask_constant,
    qk_clip_ as qk_clip_,
    qk_norm as qk_norm,
)
from numsan.ops.binary import (
    bce_from_log_probs as bce_from_log_probs,
    bce_from_probs as bce_from_probs,
    bce_with_logits as bce_with_logits,
    dice_loss as dice_loss,
    focal_loss as focal_loss,
    gan_loss as gan_loss,
    iou_loss as iou_loss,
    least_squares_gan_loss as least_squares_gan_loss,
    soft_margin_loss as soft_margin_loss,
)
from numsan.ops.classification import (
    categorical_kl as categorical_kl,
    cross_entropy as cross_entropy,
    entropy as entropy,
    entropy_from_probs as entropy_from_probs,
    info_nce as info_nce,
    kl_div as kl_div,
    soft_cap as soft_cap,
)
from numsan.ops.clipping import clip_grad_norm_ as clip_grad_norm_, clip_grad_value_ as clip_grad_value_
from numsan.ops.diffusion import (
    alpha_sigma as alpha_sigma,
    cosine_log_snr as cosine_log_snr,
    log_snr_from_betas as log_snr_from_betas,
    min_snr_weight as min_snr_weight,
    v_target as v_target,
    x0_and_noise as x0_and_noise,
    zero_terminal_snr as zero_terminal_snr,
)
from numsan.ops.distributions import (
    bernoulli_log_prob as bernoulli_log_prob,
    beta_log_prob as beta_log_prob,
    binomial_log_prob as binomial_log_prob,
    categorical_log_prob as categorical_log_prob,
    log_beta as log_beta,
    negative_binomial_log_prob as negative_binomial_log_prob,
    poisson_log_prob as poisson_log_prob,
    student_t_log_prob as student_t_log_prob,
)
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
from numsan.ops.linalg import safe_eigh as safe_eigh, safe_svd as safe_svd
from numsan.ops.linear_cross_entropy import linear_cross_entropy as linear_cross_entropy
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
from numsan.ops.low_precision import (
    Compensation as Compensation,
    LossScaler as LossScaler,
    stochastic_round as stochastic_round,
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
from numsan.ops.regression import (
    gaussian_nll as gaussian_nll,
    grpo_kl as grpo_kl,
    huber_loss as huber_loss,
    log_cosh_loss as log_cosh_loss,
    mse_loss as mse_loss,
    ppo_loss as ppo_loss,
    vae_kl as vae_kl,
)
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
from numsan.ops.squashed import (
    log_ndtr_difference as log_ndtr_difference,
    ndtri as ndtri,
    normal_log_prob as normal_log_prob,
    sigmoid_normal_log_prob as sigmoid_normal_log_prob,
    tanh_normal_log_prob as tanh_normal_log_prob,
    truncated_normal_log_prob as truncated_normal_log_prob,
)
from numsan.ops.stats import (
    corrcoef as corrcoef,
    masked_mean as masked_mean,
    masked_var as masked_var,
    softmax_pool as softmax_pool,
    std as std,
    var as var,
    var_mean as var_mean,
)
from numsan.ops.sums import (
    RunningMeanVar as RunningMeanVar,
    accurate_cumsum as accurate_cumsum,
    accurate_mean as accurate_mean,
    accurate_sum as accurate_sum,
    compensated_sum as compensated_sum,
    dot2 as dot2,
    pairwise_sum as pairwise_sum,
)
from numsan.ops.training import (
    check_init as check_init,
    checkpointed_sequential as checkpointed_sequential,
    staleness_aware_step as staleness_aware_step,
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
