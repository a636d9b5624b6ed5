"""Findings about training itself: exploding norms, gradients that are never zeroed, a rate that grew, a bypassed scaler."""

from __future__ import annotations

from numsan.core.finding import Finding, Fix, Link, Phase
from numsan.core.trace import Site
from numsan.diagnose.blame import Blame
from numsan.diagnose.case import Case
from numsan.diagnose.explosion import Explosion
from numsan.diagnose.words import what_happened

_STALE = 0.75  # share of steps whose gradients were added to old ones
_RATE_GREW = 2.0


def exploded(case: Case, seen: Explosion, found: Blame) -> Finding:
    """Training was exploding before any expression failed: the line is where the step is made what it is."""
    if case.trip.step and case.stale_gradients >= _STALE * case.trip.step and case.stepped_first is not None:
        return _finding(
            case, case.stepped_first, "NS502", "gradients-never-zeroed", "gradients of earlier steps are added up",
            f"no gradient was zeroed between steps ({case.stale_gradients} of {case.trip.step} steps added to what the step "
            f"before had left), so steps kept growing: {seen.says}",
            "call optimizer.zero_grad() after every optimizer.step()", found, "optimizer",
        )  # fmt: skip
    if seen.lr_ratio >= _RATE_GREW and case.rate_site is not None:
        rates = [n.lr for n in case.history if n.lr is not None]
        return _finding(
            case, case.rate_site, "NS503", "learning-rate-grew", "the learning rate grew until training exploded",
            f"the learning rate went from {rates[0]:.4g} to {rates[-1]:.4g} ({seen.lr_ratio:.4g} times) by "
            f"`{case.rate_site.text}`; {seen.says}",
            "check the schedule: a warm-up multiplies the base rate by (step + 1) / warmup_steps, which ends at 1",
            found, "optimizer",
        )  # fmt: skip
    site = case.made or case.stepped
    rate = next((n.lr for n in reversed(case.history) if n.lr is not None), None)
    said = f" at learning rate {rate:.4g}" if rate is not None else ""
    return _finding(
        case, site, "NS501", "exploding-training", "training was exploding before a number overflowed",
        f"{seen.says}{said}; no single expression is at fault",
        "lower the learning rate or warm it up, and clip the gradient norm before the step "
        "(torch.nn.utils.clip_grad_norm_)", found, "optimizer",
    )  # fmt: skip


def bypassed_scaler(case: Case, found: Blame) -> Finding:
    return _finding(
        case, case.stepped, "NS601", "scaler-bypassed", "the optimizer is stepped past its GradScaler",
        f"the gradient of {case.trip.where or 'a parameter'} overflowed under the loss scale, which is normal, but "
        f"`{case.stepped.text if case.stepped else 'optimizer.step()'}` takes the step without the check that "
        "scaler.step(optimizer) makes, so the overflow reaches the weights",
        "call scaler.step(optimizer) and then scaler.update()", found, "backward", kind="loss-scale",
    )  # fmt: skip


def custom_backward(case: Case, says: str, grown: str, site: Site | None) -> Finding:
    return _finding(
        case, site, "NS410", "wrong-custom-backward", "a hand-written backward disagrees with its forward",
        f"{says}; {grown}", "correct the formula; torch.autograd.gradcheck in float64 shows when it is right",
        Blame(root=None), "backward",
    )  # fmt: skip


def _finding(
    case: Case, site: Site | None, code: str, name: str, title: str, cause: str, advice: str, found: Blame,
    phase: Phase, kind: str = "explosion",
) -> Finding:  # fmt: skip
    chain = [Link(file=site.file, line=site.line, op=name, says=title)] if site is not None else []
    if found.root is not None and found.root.site is not None:
        at = found.root.site
        chain.append(Link(file=at.file, line=at.line, op=found.root.op, says=what_happened(found.root)))
    return Finding(
        code=code, name=name, kind=kind, severity="error", confidence="likely", title=title, cause=cause,  # pyright: ignore[reportArgumentType]
        file=site.file if site else None, line=site.line if site else None, end_line=site.end_line if site else None,
        column=site.column if site else None, end_column=site.end_column if site else None,
        function=site.function if site else None, phase=phase, op=name, chain=tuple(chain), proof=case.proof,
        fix=Fix(summary=advice),
    )  # fmt: skip
