"""Cross entropy and what is built on it, from logits, with the loss in float32 or wider."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from numsan.ops._pointwise import accumulator, floating, wide
from numsan.ops.logreduce import dims, hidden, logsumexp
from numsan.ops.norms import normalize
from numsan.ops.products import relative_entropy, xlogx
from numsan.ops.row_forms import entropy as row_entropy
from numsan.ops.row_forms import hard_label_loss
from numsan.ops.softmaxes import log_softmax, soft_cap

Reduction = Literal["mean", "sum", "none"]
_WHOLE = (torch.int64, torch.int32, torch.int16, torch.uint8, torch.int8)


def reduce(name: str, losses: Tensor, reduction: Reduction, count: Tensor | None = None) -> Tensor:
    """The reduction in the accumulator's format; a mean over nothing is 0, with gradient 0."""
    if reduction == "none":
        return losses
    if reduction not in ("mean", "sum"):
        raise ValueError(f"{name} knows reduction='mean', 'sum' and 'none', not {reduction=}")
    total = losses.sum(dtype=accumulator(losses))
    if reduction == "mean":
        total = (
            total / max(losses.numel(), 1) if count is None else total / torch.where(count == 0, 1.0, count)
        )
    return total.to(losses.dtype)


def check_labels(name: str, target: Tensor, classes: int, weight: Tensor | None, smoothing: float) -> None:
    """Class indices, one weight per class, smoothing within [0, 1]."""
    if not 0 <= smoothing <= 1:
        raise ValueError(f"{name} needs 0 <= label_smoothing <= 1, got label_smoothing={smoothing}")
    if weight is not None and weight.shape != (classes,):
        raise ValueError(f"{name}: weight has shape {tuple(weight.shape)}, there are {classes} classes")
    if target.dtype not in _WHOLE and not target.is_floating_point():
        raise TypeError(f"{name} needs class indices (int64) or probabilities as target, got {target.dtype}")


def _targets(z: Tensor, target: Tensor, smoothing: float, ignored: Tensor) -> Tensor:
    """Loss per position for class indices: -(1 - s) log p_t - s mean over the classes that are possible."""
    index = torch.where(ignored, 0, target)
    if smoothing == 0:
        return hard_label_loss(z, index)
    log_p = log_softmax(z, 1)
    picked = -log_p.gather(1, index.unsqueeze(1)).squeeze(1)
    possible = log_p != -torch.inf
    spread = -torch.where(possible, log_p, 0.0).sum(1) / possible.sum(1).clamp(min=1)
    return (1 - smoothing) * picked + smoothing * spread


def _soft_targets(log_p: Tensor, target: Tensor, smoothing: float) -> Tensor:
    """-sum p log q, where p = 0 does not look at q."""
    p = wide(target)
    if smoothing:
        possible = log_p != -torch.inf
        p = (1 - smoothing) * p + smoothing * possible / possible.sum(1, keepdim=True).clamp(min=1)
    return -(p * torch.where(p == 0, 0.0, log_p)).sum(1)


def cross_entropy(
    logits: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
    z_loss: float = 0.0,
    softcap: float | None = None,
) -> Tensor:
    r"""Cross entropy of logits (n, c, ...) with class indices (n, ...) or probabilities (n, c, ...), in
    float32.

    $-\log\mathrm{softmax}(x)_t$ + z_loss * logsumexp^2. `F.cross_entropy` gives NaN when a target probability
    0 meets a logit -inf, inf when smoothing meets one, NaN when every target is ignored, and gradients
    rounded to 8 % in bfloat16. Here: p = 0 counts for nothing, smoothing is over the classes whose logit is
    not -inf, a mean over nothing is 0 with gradient 0, and half logits give a float32 loss and gradients
    rounded once. Under torch.compile a loss below 1e-16 is 0. Errors: a target outside 0..c-1 that is not
    `ignore_index` (RuntimeError of gather), label_smoothing outside [0, 1], a weight per class of another
    length.

    >>> cross_entropy(torch.tensor([[0.0, -torch.inf, 1.0]]), torch.tensor([[1.0, 0.0, 0.0]])).item()
    1.313261...

    Reference: de Brebisson & Vincent, *The Z-loss*, 2016 (z_loss as in Chowdhery et al., *PaLM*, 2022).
    """
    z = wide(floating("cross_entropy", logits))
    if z.ndim == 1:
        z, target = z.unsqueeze(0), target.unsqueeze(0)
    check_labels("cross_entropy", target, z.shape[1], weight, label_smoothing)
    z = z if softcap is None else soft_cap(z, softcap)
    if target.is_floating_point():
        if target.shape != z.shape:
            raise ValueError(
                f"cross_entropy: probabilities {tuple(target.shape)} for logits {tuple(z.shape)}"
            )
        log_p = log_softmax(z, 1)
        ignored = torch.zeros_like(log_p.select(1, 0), dtype=torch.bool)
        per_class = log_p if weight is None else log_p * weight.reshape(-1, *[1] * (z.ndim - 2))
        losses, count = _soft_targets(per_class, target, label_smoothing), None
    else:
        ignored = target == ignore_index
        losses = _targets(z, target, label_smoothing, ignored)
        scale = (~ignored).to(z.dtype)
        scale = scale if weight is None else scale * wide(weight)[torch.where(ignored, 0, target)]
        losses, count = torch.where(ignored, 0.0, losses) * scale, scale.sum(dtype=accumulator(z))
    if z_loss:
        losses = losses + torch.where(ignored, 0.0, z_loss * logsumexp(z, 1).square())
    return reduce("cross_entropy", losses, reduction, count)


def entropy(logits: Tensor, dim: int = -1, *, mask: Tensor | None = None) -> Tensor:
    r"""-sum p log p of softmax(logits) along `dim`; classes with logit -inf or hidden by `mask` count 0.

    $-\sum p\log p$ with 0 log 0 = 0. `-(p * log_p).sum()` is NaN as soon as one logit is -inf: 0 * -inf.
    An empty row has entropy 0. Bounds: 0 <= entropy <= log c. Under torch.compile an entropy below 1e-16 is 0.

    >>> entropy(torch.tensor([0.0, -torch.inf, 1.0])).item()
    0.582203...
    """
    at = dims(floating("entropy", logits), dim)
    z = hidden(wide(logits), mask)
    return row_entropy(z, at).squeeze(at) if z.numel() else z.sum(at)


def entropy_from_probs(p: Tensor, dim: int = -1) -> Tensor:
    r"""-sum p log p along `dim`, with 0 log 0 = 0; in float32 for half formats.

    >>> entropy_from_probs(torch.tensor([0.0, 1.0])).item()
    -0.0
    """
    return -xlogx(wide(floating("entropy_from_probs", p))).sum(dim)


def kl_div(log_q: Tensor, p: Tensor, *, log_target: bool = False, reduction: Reduction = "mean") -> Tensor:
    r"""sum p (log p - log q), `F.kl_div`'s arguments: log_q first, p (or log p with `log_target`) second.

    Where p = 0 the term and both gradients are 0, whatever q is; p > 0 with q = 0 is inf. `F.kl_div` is NaN
    for p = 0 with log q = -inf, and for log p = -inf. "mean" divides by the number of elements, as in torch;
    in float32.

    >>> kl_div(torch.tensor([-torch.inf, 0.0]), torch.tensor([0.0, 1.0]), reduction="sum").item()
    0.0
    """
    q, t = wide(floating("kl_div", log_q)), wide(floating("kl_div", p))
    if not log_target:
        return reduce("kl_div", relative_entropy(t, q), reduction)
    zero = t == -torch.inf
    log_p = torch.where(zero, 0.0, t)
    weight = torch.where(zero, 0.0, torch.exp(log_p))
    return reduce("kl_div", weight * (log_p - torch.where(zero, 0.0, q)), reduction)


def categorical_kl(logits_p: Tensor, logits_q: Tensor, dim: int = -1) -> Tensor:
    r"""KL(softmax(logits_p) || softmax(logits_q)) along `dim`; classes masked with -inf in p count 0.

    `torch.distributions.kl_divergence` of two Categoricals with the same masks has a NaN gradient.

    >>> x = torch.tensor([0.0, -torch.inf, 1.0], requires_grad=True)
    >>> bool((torch.autograd.grad(categorical_kl(x, x.detach()), x)[0].abs() < 1e-7).all())
    True
    """
    log_p, log_q = (log_softmax(wide(floating("categorical_kl", z)), dim) for z in (logits_p, logits_q))
    gone = log_p == -torch.inf
    p = torch.where(gone, 0.0, torch.where(gone, 0.0, log_p).exp())
    return (p * (torch.where(gone, 0.0, log_p) - torch.where(gone, 0.0, log_q))).sum(dim)


def info_nce(
    queries: Tensor, keys: Tensor, temperature: float = 0.07, reduction: Reduction = "mean"
) -> Tensor:
    r"""Cross entropy of cosine similarities / temperature, row i of `queries` against row i of `keys`; in
    float32.

    Rows are normalised without eps (a zero row has gradient 0), similarities are formed in float32 and the
    maximum is taken out: exp(1/0.01) overflows float32, exp(1/0.07) float16. `temperature` must be positive.

    >>> info_nce(torch.eye(2), torch.eye(2), 0.07).item()
    6.2487...e-07

    Reference: van den Oord et al., *Representation learning with contrastive predictive coding*, 2018.
    """
    if not temperature > 0:
        raise ValueError(f"info_nce needs {temperature=} > 0")
    if queries.ndim != 2 or queries.shape != keys.shape:
        raise ValueError(f"info_nce needs two (n, d), got {tuple(queries.shape)} and {tuple(keys.shape)}")
    with torch.autocast(queries.device.type, enabled=False):
        u, v = (normalize(wide(floating("info_nce", t))) for t in (queries, keys))
        scores = u @ v.T / temperature
    return cross_entropy(scores, torch.arange(len(scores), device=scores.device), reduction=reduction)
