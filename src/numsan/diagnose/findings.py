"""From blame to the `Finding` a person reads."""

from __future__ import annotations

import ast

from numsan.core.finding import Finding, Fix, Kind, Link, Operand, Phase
from numsan.core.rule import Hit, Rule, get
from numsan.core.trace import TensorStats
from numsan.diagnose.blame import Blame
from numsan.diagnose.case import Case
from numsan.diagnose.trees import hits_at
from numsan.diagnose.words import kind_of, stats_of_inputs, what_happened
from numsan.watch.recorder import Event, Value
from numsan.watch.stats import bad_indices

_QUIET = ("precision", "cancellation")  # they lose digits; another pattern says why nothing is left
_MODULES = ("torch", "F", "np", "numpy", "math", "nn", "linalg", "special")
_GENERIC = {"overflow": "value-beyond-format", "underflow": "value-below-format", "domain": "outside-domain"}


def from_blame(case: Case, found: Blame, samples: tuple[int, ...]) -> Finding:
    root = found.root
    assert root is not None
    hit = _best_hit(case, found) if found.factorisation is None else None
    rule = hit.rule if hit is not None else _generic(found)
    at_edge = found.masked or (found.factorisation is None and kind_of(root) == "domain")
    kind: Kind = (
        "domain" if (at_edge and rule.kind == "underflow") or (found.masked and hit is None) else rule.kind
    )
    cause = what_happened(root) if found.factorisation is None else _factorisation(rule, root)
    if hit is not None and hit.evidence:
        cause = f"{hit.evidence}; {cause}"
    site = root.site
    return Finding(
        code=rule.code, name=rule.name, kind=kind, severity="error", confidence="likely", title=rule.title, cause=cause,
        file=site.file if site else None, line=site.line if site else None,
        end_line=site.end_line if site else None, column=site.column if site else None,
        end_column=site.end_column if site else None, function=site.function if site else None,
        module=root.module or None, phase=_phase(root), op=_name(root),
        operands=_operands(root),
        chain=_chain(case, found), samples=samples, proof=case.proof,
        fix=Fix(summary=rule.advice),
    )  # fmt: skip


def _name(root: Event) -> str:
    at = root.forward if root.forward is not None and not root.custom else root
    return at.op.strip("_")


def _phase(root: Event) -> Phase:
    return "backward" if root.phase == "backward" else "forward"


def _best_hit(case: Case, found: Blame) -> Hit | None:
    root = found.root
    assert root is not None
    backward = root.phase == "backward"
    at = root.forward if backward and root.forward is not None and not root.custom else root
    around = [e for e in found.path if e.phase == "forward" and e is not at][:4]
    if at.phase == "forward" and not around:
        around = _consumers(case, at)
    try:
        hits = hits_at(at, around, backward)
    except Exception:  # a fault of a rule must not cost the report; the generic finding remains
        return None
    return min(
        hits,
        key=lambda h: (h.rule.generic, h.rule.kind in _QUIET, h.rule.kind != kind_of(root)),
        default=None,
    )


def _consumers(case: Case, event: Event) -> list[Event]:
    made = {id(v) for v in event.outputs}
    return [e for e in case.events[event.index + 1 :] if any(id(v) in made for v in e.inputs)][:2]


def _operands(root: Event) -> tuple[Operand, ...]:
    known = list(zip(root.inputs, stats_of_inputs(root), strict=False))
    said = _written(root) if root.phase == "forward" else []
    names = said if len(said) == len(known) else [f"input {i}" for i in range(len(known))]
    return tuple(_operand(v, s, name) for (v, s), name in zip(known, names, strict=True))


def _written(root: Event) -> list[str]:
    """What the operation is applied to, as the user wrote it: both sides of an operator, object and arguments of a call."""
    try:
        node = ast.parse(root.site.text if root.site is not None else "", mode="eval").body
    except (SyntaxError, ValueError):
        return []
    parts: list[ast.expr] = []
    if isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.Call):
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        named = isinstance(owner, ast.Name) and owner.id in _MODULES
        parts = [*([] if owner is None or named else [owner]), *node.args]
    return [ast.unparse(p) for p in parts if not isinstance(p, ast.Constant | ast.UnaryOp)]


def _operand(value: Value, stats: TensorStats, name: str) -> Operand:
    bad = bad_indices(value.tensor) if value.tensor is not None and not stats.finite else ()
    return Operand(
        name=value.label or name, shape=stats.shape, dtype=stats.dtype, min=stats.min, max=stats.max,
        bad_index=bad,
    )  # fmt: skip


def _chain(case: Case, found: Blame) -> tuple[Link, ...]:
    """Root to symptom, one link for each change of source expression."""
    links: list[Link] = []
    for event in found.path:
        site = event.site
        if site is None or (links and (links[-1].file, links[-1].line) == (site.file, site.line)):
            continue
        links.append(Link(file=site.file, line=site.line, op=_name(event), says=what_happened(event)))
    if len(links) > 8:
        links = [*links[:4], *links[-3:]]
    where = case.stepped
    if where is not None:
        what = f"{case.trip.what} {case.trip.where}".strip()
        links.append(Link(file=where.file, line=where.line, op="symptom", says=f"{what} is not finite"))
    return tuple(links)


def _generic(found: Blame) -> Rule:
    """Where no pattern of the catalogue explains the failure."""
    assert found.root is not None
    if found.factorisation is not None:
        return get("failed-factorisation")
    return get(_GENERIC.get("domain" if found.masked else kind_of(found.root), "outside-domain"))


def _factorisation(rule: Rule, root: Event) -> str:
    matrix = stats_of_inputs(root)[0]
    pivot = root.outputs[-1].stats.max or 0.0
    said = rule.bites(pivot=pivot, low=matrix.min, high=matrix.max, dtype=matrix.dtype, size=matrix.shape[-1]) if (
        rule.bites is not None) else None  # fmt: skip
    return said or what_happened(root)
