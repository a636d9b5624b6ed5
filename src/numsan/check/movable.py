"""What a repair may write at the place of an expression: text from elsewhere is not always the same there."""

from __future__ import annotations

from numsan.check.bindings import Scope
from numsan.check.lower import Lowering
from numsan.core.op import leaves
from numsan.core.rule import Hit
from numsan.core.trace import Site


def replacement_of(lowering: Lowering, scope: Scope, hit: Hit) -> str | None:
    """The text that repairs a hit, None where there is none or where it would mean something else."""
    exact = hit.rule.bind(hit.op)
    if exact is None or hit.rule.fix is None or _stale(lowering, scope, hit, exact):
        return None
    return hit.rule.fix(**exact)


def _stale(lowering: Lowering, scope: Scope, hit: Hit, bindings: dict[str, object]) -> bool:
    """Whether text from another line, branch or library must not be moved to this one."""
    ops = list(hit.op.walk())
    if any(id(op) in lowering.foreign or id(op) in lowering.doubtful for op in ops):
        return True
    site: Site = hit.op.where
    lines: list[int] = [op.where.line for op in ops if op.where is not None]
    first = min([*lines, *(lowering.written[id(op)] for op in ops if id(op) in lowering.written)])
    if first >= site.line:
        return False
    changed = [name for name, at in scope.assigned if first <= at <= site.line]
    for bound in bindings.values():
        for leaf in leaves(bound, lowering.origin):
            if "(" in leaf.text:
                return True  # a call moved to another line may run again, and draw other random numbers
            if any(leaf.text == n or leaf.text.startswith((f"{n}.", f"{n}[")) for n in changed):
                return True
    return False
