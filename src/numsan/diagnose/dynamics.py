"""Findings about training itself: exploding norms, gradients never zeroed, a rate that grew, a bypassed scaler."""

from __future__ import annotations

import math
from typing import Any

from numsan import rules
from numsan.core.finding import Finding, Fix, Link, Phase, Proof
from numsan.core.rule import Rule, get
from numsan.core.trace import Site
from numsan.diagnose.blame import Blame
from numsan.diagnose.case import Case
from numsan.diagnose.custom import Wrong
from numsan.diagnose.explosion import Explosion
from numsan.diagnose.objective import dominating_term
from numsan.diagnose.words import what_happened

_RECENT = 8  # steps before the failure in which a loss still counts as falling


def exploded(case: Case, seen: Explosion, found: Blame) -> Finding:
    """Training was exploding before any expression failed: the line is where the step is made what it is."""
    return (
        _never_zeroed(case, seen, found)
        or _unbounded(case, found)
        or _rate_grew(case, seen, found)
        or _too_fast(case, seen, found)
    )


def _never_zeroed(case: Case, seen: Explosion, found: Blame) -> Finding | None:
    says = _says("gradients-never-zeroed", stale=case.stale_gradients, steps=case.trip.step, growth=seen.says)
    site = case.stepped_first
    return _finding(case, site, "gradients-never-zeroed", says, found) if says and site is not None else None


def _unbounded(case: Case, found: Blame) -> Finding | None:
    losses = [n.loss for n in case.history if n.loss is not None]
    lowest = min(losses[-_RECENT:], default=0.0)
    term = dominating_term(case) if lowest < 0 else None
    if term is None:
        return None
    says = _says("unbounded-objective", first=losses[0], last=lowest, text=term.text)
    return _finding(case, term, "unbounded-objective", says, found) if says else None


def _rate_grew(case: Case, seen: Explosion, found: Blame) -> Finding | None:
    rates, site = [n.lr for n in case.history if n.lr is not None], case.rate_site
    if not rates or site is None:
        return None
    says = _says("learning-rate-grew", first=rates[0], last=rates[-1], text=site.text, growth=seen.says)
    return _finding(case, site, "learning-rate-grew", says, found) if says else None


def _too_fast(case: Case, seen: Explosion, found: Blame) -> Finding:
    rate = next((n.lr for n in reversed(case.history) if n.lr is not None), None)
    said = f" at learning rate {rate:.4g}" if rate is not None else ""
    cause = f"{seen.says}{said}; no single expression is at fault"
    return _finding(case, case.made or case.stepped, "exploding-training", cause, found)


def bypassed_scaler(case: Case, found: Blame) -> Finding:
    text = case.stepped.text if case.stepped else "optimizer.step()"
    cause = (
        f"the gradient of {case.trip.where} overflowed under the loss scale, which is normal, but `{text}` takes the "
        "step without the check that scaler.step(optimizer) makes, so the overflow reaches the weights"
    )
    return _finding(case, case.stepped, "scaler-bypassed", cause, found)


def custom_backward(case: Case, wrong: Wrong, grown: str) -> Finding:
    says = _says("wrong-custom-backward", name=wrong.function.__name__, stated=wrong.stated, true=wrong.true,
                 argument=wrong.argument)  # fmt: skip
    return _finding(
        case, wrong.site, "wrong-custom-backward", f"{says}; {grown}", Blame(root=None), "backward"
    )


def bad_rate(case: Case, found: Blame) -> Finding | None:
    """The optimizer was told to step by NaN."""
    optimizer = case.trip.optimizer
    for group in optimizer.param_groups if optimizer is not None else ():
        for option in ("lr", "weight_decay", "eps"):
            value = group.get(option)
            if isinstance(value, float) and not math.isfinite(value):
                rates = [n.lr for n in case.history if n.lr is not None and math.isfinite(n.lr)]
                site = (case.rate_site if option == "lr" else None) or case.made or case.stepped_first
                says = _says("rate-not-finite", option=option, value=value, before=rates[-1] if rates else None,
                             text=site.text if site else "the optimizer")  # fmt: skip
                return _finding(case, site, "rate-not-finite", says or "", found) if says else None
    return None


def did_not_reproduce(what: str, step: int, replays: int) -> Finding:
    """No line: what does not come back on equal bits is no property of an expression."""
    rules.load()
    rule = get("did-not-reproduce")
    outcome = "finite" if replays else "not-run"
    return Finding(
        code=rule.code, name=rule.name, kind=rule.kind, severity="error", confidence="suspect", title=rule.title,
        cause=_says(rule.name, what=f"the {what}", step=step, replays=replays) or rule.title, file=None, line=None,
        phase=rule.phase, proof=(Proof(experiment="replay", outcome=outcome, detail=f"0 of {replays} failed again"),),
        fix=Fix(summary=rule.advice),
    )  # fmt: skip


def _says(rule: str, /, **numbers: Any) -> str | None:
    bites = get(rule).bites
    return bites(**numbers) if bites is not None else None


def _finding(
    case: Case, site: Site | None, name: str, cause: str, found: Blame, phase: Phase | None = None
) -> Finding:
    rule: Rule = get(name)
    chain = [Link(file=site.file, line=site.line, op=name, says=rule.title)] if site is not None else []
    if found.root is not None and found.root.site is not None:
        at = found.root.site
        chain.append(Link(file=at.file, line=at.line, op=found.root.op, says=what_happened(found.root)))
    return Finding(
        code=rule.code, name=name, kind=rule.kind, severity="error", confidence="likely", title=rule.title, cause=cause,
        file=site.file if site else None, line=site.line if site else None, end_line=site.end_line if site else None,
        column=site.column if site else None, end_column=site.end_column if site else None,
        function=site.function if site else None, phase=phase or rule.phase, op=name, chain=tuple(chain),
        proof=case.proof, fix=Fix(summary=rule.advice),
    )  # fmt: skip
