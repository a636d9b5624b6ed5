"""Generated from the modules: the names of `numsan.ops`, for type checkers."""

from numsan.ops.activations import expm1 as expm1
from numsan.ops.activations import sigmoid as sigmoid
from numsan.ops.activations import silu as silu
from numsan.ops.activations import tanh as tanh
from numsan.ops.adaptive_clipping import AdaGC as AdaGC
from numsan.ops.adaptive_clipping import ZClip as ZClip
from numsan.ops.adaptive_clipping import adaptive_clip_ as adaptive_clip_
from numsan.ops.attention import (
    attention as attention,
)
from numsan.ops.attention import (
    mask_constant as mask_constant,
)
from numsan.ops.attention import (
    qk_clip_ as qk_clip_,
)
from numsan.ops.attention import (
    qk_norm as qk_norm,
)
from numsan.ops.binary import (
    bce_from_log_probs as bce_from_log_probs,
)
from numsan.ops.binary import (
    bce_from_probs as bce_from_probs,
)
from numsan.ops.binary import (
    bce_with_logits as bce_with_logits,
)
from numsan.ops.binary import (
    dice_loss as dice_loss,
)
from numsan.ops.binary import (
    focal_loss as focal_loss,
)
from numsan.ops.binary import (
    gan_loss as gan_loss,
)
from numsan.ops.binary import (
    iou_loss as iou_loss,
)
from numsan.ops.binary import (
    least_squares_gan_loss as least_squares_gan_loss,
)
from numsan.ops.binary import (
    soft_margin_loss as soft_margin_loss,
)
from numsan.ops.classification import (
    categorical_kl as categorical_kl,
)
from numsan.ops.classification import (
    cross_entropy as cross_entropy,
)
from numsan.ops.classification import (
    entropy as entropy,
)
from numsan.ops.classification import (
    entropy_from_probs as entropy_from_probs,
)
from numsan.ops.classification import (
    info_nce as info_nce,
)
from numsan.ops.classification import (
    kl_div as kl_div,
)
from numsan.ops.classification import (
    soft_cap as soft_cap,
)
from numsan.ops.clipping import clip_grad_norm_ as clip_grad_norm_
from numsan.ops.clipping import clip_grad_value_ as clip_grad_value_
from numsan.ops.diffusion import (
    alpha_sigma as alpha_sigma,
)
from numsan.ops.diffusion import (
    cosine_log_snr as cosine_log_snr,
)
from numsan.ops.diffusion import (
    log_snr_from_betas as log_snr_from_betas,
)
from numsan.ops.diffusion import (
    min_snr_weight as min_snr_weight,
)
from numsan.ops.diffusion import (
    v_target as v_target,
)
from numsan.ops.diffusion import (
    x0_and_noise as x0_and_noise,
)
from numsan.ops.diffusion import (
    zero_terminal_snr as zero_terminal_snr,
)
from numsan.ops.distributions import (
    bernoulli_log_prob as bernoulli_log_prob,
)
from numsan.ops.distributions import (
    beta_log_prob as beta_log_prob,
)
from numsan.ops.distributions import (
    binomial_log_prob as binomial_log_prob,
)
from numsan.ops.distributions import (
    categorical_log_prob as categorical_log_prob,
)
from numsan.ops.distributions import (
    log_beta as log_beta,
)
from numsan.ops.distributions import (
    negative_binomial_log_prob as negative_binomial_log_prob,
)
from numsan.ops.distributions import (
    poisson_log_prob as poisson_log_prob,
)
from numsan.ops.distributions import (
    student_t_log_prob as student_t_log_prob,
)
from numsan.ops.exponential_pairs import cosh as cosh
from numsan.ops.exponential_pairs import erf as erf
from numsan.ops.exponential_pairs import erfc as erfc
from numsan.ops.exponential_pairs import sinh as sinh
from numsan.ops.gaussian import log_ndtr as log_ndtr
from numsan.ops.gaussian import ndtr as ndtr
from numsan.ops.gelus import gelu as gelu
from numsan.ops.gelus import mish as mish
from numsan.ops.geometry import (
    angle_between as angle_between,
)
from numsan.ops.geometry import (
    cdist as cdist,
)
from numsan.ops.geometry import (
    pairwise_distance as pairwise_distance,
)
from numsan.ops.geometry import (
    quaternion_exp as quaternion_exp,
)
from numsan.ops.geometry import (
    quaternion_log as quaternion_log,
)
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
from numsan.ops.linalg import safe_eigh as safe_eigh
from numsan.ops.linalg import safe_svd as safe_svd
from numsan.ops.linear_cross_entropy import linear_cross_entropy as linear_cross_entropy
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
from numsan.ops.low_precision import (
    Compensation as Compensation,
)
from numsan.ops.low_precision import (
    LossScaler as LossScaler,
)
from numsan.ops.low_precision import (
    stochastic_round as stochastic_round,
)
from numsan.ops.mixtures import log_mix as log_mix
from numsan.ops.mixtures import log_sigmoid_difference as log_sigmoid_difference
from numsan.ops.normalization import (
    batch_norm as batch_norm,
)
from numsan.ops.normalization import (
    group_norm as group_norm,
)
from numsan.ops.normalization import (
    layer_norm as layer_norm,
)
from numsan.ops.normalization import (
    rms_norm as rms_norm,
)
from numsan.ops.normalization import (
    standardize as standardize,
)
from numsan.ops.norms import (
    cosine_similarity as cosine_similarity,
)
from numsan.ops.norms import (
    hypot as hypot,
)
from numsan.ops.norms import (
    normalize as normalize,
)
from numsan.ops.norms import (
    renorm as renorm,
)
from numsan.ops.norms import (
    safe_norm as safe_norm,
)
from numsan.ops.products import xlog1py as xlog1py
from numsan.ops.products import xlogx as xlogx
from numsan.ops.products import xlogy as xlogy
from numsan.ops.regression import (
    gaussian_nll as gaussian_nll,
)
from numsan.ops.regression import (
    grpo_kl as grpo_kl,
)
from numsan.ops.regression import (
    huber_loss as huber_loss,
)
from numsan.ops.regression import (
    log_cosh_loss as log_cosh_loss,
)
from numsan.ops.regression import (
    mse_loss as mse_loss,
)
from numsan.ops.regression import (
    ppo_loss as ppo_loss,
)
from numsan.ops.regression import (
    vae_kl as vae_kl,
)
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
from numsan.ops.squashed import (
    log_ndtr_difference as log_ndtr_difference,
)
from numsan.ops.squashed import (
    ndtri as ndtri,
)
from numsan.ops.squashed import (
    normal_log_prob as normal_log_prob,
)
from numsan.ops.squashed import (
    sigmoid_normal_log_prob as sigmoid_normal_log_prob,
)
from numsan.ops.squashed import (
    tanh_normal_log_prob as tanh_normal_log_prob,
)
from numsan.ops.squashed import (
    truncated_normal_log_prob as truncated_normal_log_prob,
)
from numsan.ops.stats import (
    corrcoef as corrcoef,
)
from numsan.ops.stats import (
    masked_mean as masked_mean,
)
from numsan.ops.stats import (
    masked_var as masked_var,
)
from numsan.ops.stats import (
    softmax_pool as softmax_pool,
)
from numsan.ops.stats import (
    std as std,
)
from numsan.ops.stats import (
    var as var,
)
from numsan.ops.stats import (
    var_mean as var_mean,
)
from numsan.ops.sums import (
    RunningMeanVar as RunningMeanVar,
)
from numsan.ops.sums import (
    accurate_cumsum as accurate_cumsum,
)
from numsan.ops.sums import (
    accurate_mean as accurate_mean,
)
from numsan.ops.sums import (
    accurate_sum as accurate_sum,
)
from numsan.ops.sums import (
    compensated_sum as compensated_sum,
)
from numsan.ops.sums import (
    dot2 as dot2,
)
from numsan.ops.sums import (
    pairwise_sum as pairwise_sum,
)
from numsan.ops.training import (
    check_init as check_init,
)
from numsan.ops.training import (
    checkpointed_sequential as checkpointed_sequential,
)
from numsan.ops.training import (
    staleness_aware_step as staleness_aware_step,
)
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
