"""How a value came to an expression: the statements that made what the pattern is about, in their order."""

from __future__ import annotations

from numsan.check.lower import Lowering
from numsan.core.finding import Link
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
