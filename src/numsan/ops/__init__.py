"""Stable operations: what to write in place of the expression that went wrong.

Every function has the value and the gradient of the mathematics, not of rounded intermediate results, for
float64, float32, bfloat16 and float16, and is documented with its special values. Names are loaded on first
use, so that `numsan.ops.np` needs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "activations": "expm1 sigmoid silu tanh",
    "adaptive_clipping": "AdaGC ZClip adaptive_clip_",
    "attending": "attention mask_constant qk_clip_ qk_norm",
    "binary": (
        "bce_from_log_probs bce_from_probs bce_with_logits dice_loss gan_loss iou_loss "
        "least_squares_gan_loss soft_margin_loss"
    ),
    "classification": "categorical_kl cross_entropy entropy entropy_from_probs info_nce kl_div",
    "clipping": "clip_grad_norm_ clip_grad_value_",
    "diffusion": (
        "alpha_sigma cosine_log_snr log_snr_from_betas min_snr_weight v_target x0_and_noise zero_terminal_snr"
    ),
    "distributions": (
        "bernoulli_log_prob beta_log_prob binomial_log_prob categorical_log_prob log_beta "
        "negative_binomial_log_prob poisson_log_prob student_t_log_prob"
    ),
    "exponential_pairs": "cosh erf erfc sinh",
    "focal": "focal_loss",
    "gaussian": "log_ndtr ndtr",
    "gelus": "gelu mish",
    "geometry": "angle_between cdist pairwise_distance quaternion_exp quaternion_log",
    "guards": "clamp_keep_gradient eps_for mul_no_nan safe_div safe_log safe_pow safe_sqrt safe_where",
    "linalg": "safe_eigh safe_svd",
    "linear_loss": "linear_cross_entropy",
    "logcumsum": "logcumsumexp",
    "logits": "log_expm1 logit logit_from_log softplus_inverse",
    "logdifference": "logsubexp logsubexp_signed",
    "logpairs": "logaddexp",
    "logreduce": "log_abs_cumprod log_abs_prod logmeanexp logsumexp logsumexp_signed",
    "logspace": ("log1mexp log1pexp log_cosh log_sigmoid softplus tanh_log_det"),
    "low_precision": "Compensation LossScaler stochastic_round",
    "mixtures": "log_mix log_sigmoid_difference",
    "normalization": "batch_norm group_norm layer_norm rms_norm standardize",
    "norms": "cosine_similarity hypot normalize renorm safe_norm",
    "products": "xlog1py xlogx xlogy",
    "regression": "gaussian_nll grpo_kl huber_loss log_cosh_loss mse_loss ppo_loss vae_kl",
    "remainders": "exprel log1pmx",
    "scaled_erfc": "erfcx",
    "sincs": "sinc",
    "small": "cosm1 log1psquare powm1 sqrt1pm1",
    "softmaxes": "log_softmax soft_cap softmax",
    "squashed": (
        "log_ndtr_difference ndtri normal_log_prob sigmoid_normal_log_prob tanh_normal_log_prob "
        "truncated_normal_log_prob"
    ),
    "stats": "corrcoef masked_mean masked_var softmax_pool std var var_mean",
    "sums": "RunningMeanVar accurate_cumsum accurate_mean accurate_sum compensated_sum dot2 pairwise_sum",
    "training": "check_init checkpointed_sequential staleness_aware_step",
    "trig": "acos acosh asin asinh atan2 atanh",
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
