"""Data that was never finite: which elements, which samples, and the line of the program that made them so."""

from __future__ import annotations

import ast
from typing import Any

from numsan.core.finding import Finding, Fix, Link, Operand
from numsan.core.rule import get
from numsan.core.trace import Site
from numsan.diagnose.case import Case
from numsan.diagnose.words import span
from numsan.watch.recorder import Value
from numsan.watch.returns import line_site
from numsan.watch.stats import bad_indices

_MATHS = frozenset(
    [
        "log",
        "log2",
        "log10",
        "log1p",
        "sqrt",
        "rsqrt",
        "reciprocal",
        "power",
        "pow",
        "divide",
        "true_divide",
        "exp",
        "arccos",
        "arcsin",
        "arctanh",
        "acos",
        "asin",
        "atanh",
        "std",
        "var",
        "mean",
        "norm",
    ]
)


def bad_data(case: Case, leaf: Value, samples: tuple[int, ...], births: list[dict[str, Any]]) -> Finding:
    """`births` are the first appearances of non-finite arrays in a watched re-execution, oldest first."""
    born = _matching(births, leaf, samples)
    site = line_site(born["path"], born["line"], born["function"]) if born else _use(case, leaf)
    cause = _what(leaf)
    if born is not None and site is not None:
        rows = ", ".join(map(str, born["rows"][:6]))
        cause = f"{_born_words(site, born, rows)}; {cause}"
    if born is not None and samples and set(samples) <= set(born["rows"]):
        samples = tuple(born["rows"])  # the other bad rows of the data wait for their turn
    rule = get("data-made-nonfinite" if born is not None and _computes(site) else "nonfinite-data")
    return Finding(
        code=rule.code, name=rule.name, kind=rule.kind, severity="error", confidence="likely", title=rule.title,
        cause=cause, file=site.file if site else None, line=site.line if site else None,
        end_line=site.end_line if site else None, column=site.column if site else None,
        end_column=site.end_column if site else None, function=site.function if site else None, phase="data",
        op="data", operands=(_operand(leaf),), chain=_chain(case, site, leaf), samples=samples, proof=case.proof,
        fix=Fix(summary=rule.advice),
    )  # fmt: skip


def _what(leaf: Value) -> str:
    seen = leaf.stats
    pairs = ((seen.nan, "NaN"), (seen.posinf, "inf"), (seen.neginf, "-inf"))
    counts = ", ".join(f"{n} {word}" for n, word in pairs if n)
    column = _columns(leaf)
    where = f", in column {column}" if column is not None else ""
    return f"a {seen.dtype} {list(seen.shape)} tensor that the step reads holds {counts} (finite part {span(seen)}){where}"


def _born_words(site: Site, born: dict[str, Any], rows: str) -> str:
    bites = get("data-made-nonfinite").bites
    assert bites is not None
    return str(bites(text=site.text, name=born["name"], count=born["nan"] + born["inf"], rows=rows))


def _matching(births: list[dict[str, Any]], leaf: Value, samples: tuple[int, ...]) -> dict[str, Any] | None:
    """The oldest array that is bad in the rows of the leaf, or in those of the samples."""
    if births and births[0].get("sample"):
        return births[0]
    own = tuple(sorted({i[0] for i in bad_indices(leaf.tensor, 64) if i})) if leaf.tensor is not None else ()
    for rows in (samples, own):
        for birth in births:
            if (
                rows
                and set(rows) <= set(birth["rows"])
                and bool(birth["nan"]) >= bool(leaf.stats.nan and not birth["inf"])
            ):
                return birth
    return None


def _computes(site: Site | None) -> bool:
    """Whether the statement itself divides, takes a logarithm or a power: then the data going in was finite."""
    if site is None:
        return False
    try:
        tree = ast.parse(site.text.rstrip(":") if not site.text.startswith(("for", "if", "with")) else "pass")
    except SyntaxError:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Pow):
            return True
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in _MATHS:
                return True
    return False


def _use(case: Case, leaf: Value) -> Site | None:
    """Where the step first reads the leaf."""
    for event in case.events:
        if any(v is leaf for v in event.inputs) and event.site is not None:
            return event.site
    return case.stepped


def _columns(leaf: Value) -> str | None:
    if leaf.tensor is None or len(leaf.stats.shape) != 2:
        return None
    columns = sorted({i[1] for i in bad_indices(leaf.tensor, 4096)})
    return ", ".join(map(str, columns)) if 0 < len(columns) < min(leaf.stats.shape[1], 9) else None


def _operand(leaf: Value) -> Operand:
    bad = bad_indices(leaf.tensor) if leaf.tensor is not None else ()
    return Operand(
        name=leaf.label or "data", shape=leaf.stats.shape, dtype=leaf.stats.dtype, min=leaf.stats.min,
        max=leaf.stats.max, bad_index=bad,
    )  # fmt: skip


def _chain(case: Case, site: Site | None, leaf: Value) -> tuple[Link, ...]:
    links: list[Link] = []
    if site is not None:
        links.append(Link(file=site.file, line=site.line, op="data", says=f"`{site.text}`"))
    use = _use(case, leaf)
    if use is not None and use != site:
        links.append(
            Link(file=use.file, line=use.line, op="read", says=f"`{use.text}` reads the non-finite values")
        )
    return tuple(links)
