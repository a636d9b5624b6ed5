"""One call of every public operation: a function of float tensors, and what to feed it.

Kinds of argument: r real, p in (0, 1), + positive, - negative, g above 1, s sorted above the next one, k whole
numbers that take no slope, v a vector per row. Tensors are (3, 4) unless a shape is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from numsan import ops


@dataclass(frozen=True)
class Call:
    f: Callable[..., Any]
    kinds: str
    shape: tuple[int, ...] = (3, 4)


def same(names: str, kinds: str, **options: Any) -> dict[str, Call]:
    """Operations called with nothing but their tensors, and the same options."""
    return {n: Call(lambda *x, n=n: getattr(ops, n)(*x, **options), kinds) for n in names.split()}


LABELS, CLASSES = torch.tensor([2, 0, 3]), torch.tensor([2, 0, 1])
MASK = torch.tensor([[True, False, True, True], [True, True, False, True], [True, True, True, False]])
NONE = {"reduction": "none"}

CALLS: dict[str, Call] = {
    **same("asinh cosh cosm1 erf erfc erfcx expm1 exprel gelu log1pexp log1psquare log_cosh log_ndtr log_sigmoid", "r"),
    **same("mish ndtr sigmoid silu sinc sinh softplus tanh tanh_log_det min_snr_weight alpha_sigma", "r"),
    **same("log1mexp logit_from_log", "-"),
    **same("log1pmx sqrt1pm1 log_expm1 softplus_inverse xlogx safe_sqrt safe_log", "+"),
    **same("acosh", "g"),
    **same("acos asin atanh logit ndtri cosine_log_snr log_snr_from_betas zero_terminal_snr", "p"),
    **same("atan2 hypot logaddexp mul_no_nan safe_div", "rr"),
    **same("logsubexp logsubexp_signed log_sigmoid_difference", "sr"),
    **same("xlogy powm1 safe_pow", "r+"), "powm1": Call(ops.powm1, "+r"), "safe_pow": Call(ops.safe_pow, "+r"),
    **same("xlog1py", "rp"),
    **same("log_mix", "prr"),
    **same("normal_log_prob tanh_normal_log_prob sigmoid_normal_log_prob", "rrr"),
    "truncated_normal_log_prob": Call(lambda x, m, s: ops.truncated_normal_log_prob(x, m, s, -9.0, 9.0), "rrr"),
    "log_ndtr_difference": Call(lambda b, a: ops.log_ndtr_difference(a, b), "sr"),
    **same("bernoulli_log_prob", "kp"),
    "categorical_log_prob": Call(lambda p: ops.categorical_log_prob(LABELS, p), "p"),
    **same("poisson_log_prob", "k+"), **same("negative_binomial_log_prob", "k+p"),
    "binomial_log_prob": Call(lambda k, p: ops.binomial_log_prob(k, k + 3, p), "kp"),
    **same("student_t_log_prob", "r+"), **same("beta_log_prob", "p++"), **same("log_beta", "++"),
    "logsumexp": Call(lambda x: ops.logsumexp(x, 1), "r"), "logmeanexp": Call(lambda x: ops.logmeanexp(x, 1), "r"),
    "logsumexp_signed": Call(lambda x, w: ops.logsumexp_signed(x, w, 1), "r+"),
    "logcumsumexp": Call(lambda x: ops.logcumsumexp(x, 1), "r"),
    "log_softmax": Call(lambda x: ops.log_softmax(x, 1), "r"), "softmax": Call(lambda x: ops.softmax(x, 1), "r"),
    "soft_cap": Call(lambda x: ops.soft_cap(x, 2.0), "r"),
    "log_abs_prod": Call(lambda x: ops.log_abs_prod(x, 1), "+"),
    "log_abs_cumprod": Call(lambda x: ops.log_abs_cumprod(x, 1), "+"),
    **same("entropy", "r"), **same("entropy_from_probs", "p"), **same("categorical_kl", "rr"),
    "kl_div": Call(lambda q, p: ops.kl_div(q, p, **NONE), "-p"),
    "cross_entropy": Call(lambda x: ops.cross_entropy(x, LABELS), "r"),
    "linear_cross_entropy": Call(lambda x, w: ops.linear_cross_entropy(x, w, CLASSES, chunk=None), "rr"),
    **same("info_nce", "rr"),
    **same("bce_with_logits", "rp", **NONE), **same("bce_from_probs", "pp", **NONE),
    **same("bce_from_log_probs", "-p", **NONE), **same("focal_loss", "rp", **NONE),
    **same("soft_margin_loss log_cosh_loss mse_loss huber_loss", "rr", **NONE), **same("gaussian_nll", "rrr", **NONE),
    **same("dice_loss iou_loss", "pp"), **same("ppo_loss", "prr", **NONE), **same("vae_kl", "rr"), **same("grpo_kl", "rr"),
    "gan_loss": Call(lambda x: ops.gan_loss(x, True, **NONE), "r"),
    "least_squares_gan_loss": Call(lambda x: ops.least_squares_gan_loss(x, True, **NONE), "r"),
    "safe_norm": Call(lambda x: ops.safe_norm(x, 1), "r"), "normalize": Call(lambda x: ops.normalize(x, 1), "r"),
    **same("cosine_similarity angle_between pairwise_distance cdist", "rr"),
    "renorm": Call(lambda x: ops.renorm(x, 0, 0.5), "r"),
    "quaternion_log": Call(ops.quaternion_log, "r"), "quaternion_exp": Call(ops.quaternion_exp, "r", (4, 3)),
    "layer_norm": Call(lambda x: ops.layer_norm(x, x.shape[-1]), "r"),
    "rms_norm": Call(lambda x: ops.rms_norm(x, x.shape[-1]), "r"),
    "group_norm": Call(lambda x: ops.group_norm(x, 2), "r", (2, 4, 3)),
    "batch_norm": Call(lambda x: ops.batch_norm(x, None, None, training=True), "r"),
    **same("standardize", "r"), "corrcoef": Call(ops.corrcoef, "r"),
    "var": Call(lambda x: ops.var(x, 1), "r"), "std": Call(lambda x: ops.std(x, 1), "r"),
    "var_mean": Call(lambda x: ops.var_mean(x, 1), "r"),
    "masked_mean": Call(lambda x: ops.masked_mean(x, MASK, 1), "r"),
    "masked_var": Call(lambda x: ops.masked_var(x, MASK, 1), "r"),
    "softmax_pool": Call(lambda x, s: ops.softmax_pool(x, s, 1), "rr"),
    "safe_where": Call(lambda x: ops.safe_where(x > 0, torch.sqrt, x), "+"),
    "clamp_keep_gradient": Call(lambda x: ops.clamp_keep_gradient(x, -9.0, 9.0), "r"),
    "attention": Call(ops.attention, "rrr"), "qk_norm": Call(lambda q, k: torch.cat(ops.qk_norm(q, k)), "rr"),
    **same("compensated_sum accurate_sum accurate_mean pairwise_sum", "r"), **same("dot2", "rr"),
    "accurate_cumsum": Call(lambda x: ops.accurate_cumsum(x, 1), "r"),
    "v_target": Call(lambda x, n: ops.v_target(x, n, x.new_zeros(3)), "rr"),
    "x0_and_noise": Call(lambda v, z: ops.x0_and_noise(v, z, v.new_zeros(3)), "rr"),
    "safe_eigh": Call(lambda x: ops.safe_eigh(x @ x.mT)[0], "r", (3, 3)),
    "safe_svd": Call(lambda x: ops.safe_svd(x)[1], "r", (3, 3)),
}  # fmt: skip

# Tools that are no functions of float tensors; tests of their own are in test_training.py, test_guards.py and
# test_sums_attention.py.
TOOLS = {
    "AdaGC", "Compensation", "LossScaler", "RunningMeanVar", "ZClip", "adaptive_clip_", "check_init",
    "checkpointed_sequential", "clip_grad_norm_", "clip_grad_value_", "eps_for", "mask_constant", "qk_clip_",
    "staleness_aware_step", "stochastic_round",
}  # fmt: skip


def arguments(call: Call, dtype: torch.dtype = torch.float64, seed: int = 5) -> list[Tensor]:
    """Arguments inside the domain and away from kinks."""
    g = torch.Generator().manual_seed(seed)
    made: list[Tensor] = []
    for kind in call.kinds:
        unit = torch.rand(call.shape, generator=g, dtype=torch.float64) * 0.6 + 0.2
        real = torch.randn(call.shape, generator=g, dtype=torch.float64)
        made.append(
            {
                "r": real, "p": unit, "+": 3 * unit, "-": -3 * unit, "g": 1 + unit, "s": real.abs() + 3.5,
                "k": (unit * 8).round(),
            }[kind]
        )  # fmt: skip
    return [m.to(dtype) for m in made]


def first(out: Any) -> Tensor:
    """The result, or the first of several."""
    return out if isinstance(out, Tensor) else out[0]
