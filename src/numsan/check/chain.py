"""How a value came to an expression: the statements that made what the pattern is about, in their order."""

from __future__ import annotations

from numsan.check.lower import Lowering
from numsan.core.finding import Link
from numsan.core.op import Op
from numsan.core.rule import Hit
from numsan.core.trace import Site


def chain_of(lowering: Lowering, hit: Hit) -> tuple[Link, ...]:
    """One link for each line that takes part, the expression itself last; empty where it is all on one."""
    site: Site = hit.op.where
    taken = hit.taken()
    wanted = {lowering.origin[id(op)] for op in hit.op.walk() if id(op) in lowering.origin}
    made = {i: lowering.first[i] for i in wanted if i in lowering.first}
    links: dict[int, Link] = {}
    for op in hit.op.walk():
        original = made.get(lowering.original(op), op)
        where: Site | None = original.where
        if id(op) in taken and where is not None and not site.line <= where.line <= site.end_line:
            links.setdefault(where.line, _link(where, op.name))
    before = [links[line] for line in sorted(links)]
    return (*before, _link(site, hit.op.name)) if before else ()


def _link(site: Site, name: str) -> Link:
    return Link(file=site.file, line=site.line, op=name, says=f"`{' '.join(site.text.split())}`")


def blamed_in(lowering: Lowering, hit: Hit) -> Op:
    """The operation that is to be edited: of the same function, the one that the rule names, as it was written."""
    part = hit.bindings.get(hit.rule.told_at)
    made = lowering.first.get(lowering.original(part)) if isinstance(part, Op) else None
    here: Site = hit.op.where
    if made is None or id(made) not in lowering.spans or made.where.function != here.function:
        return hit.op
    return hit.op if here.line <= made.where.line <= here.end_line else made
