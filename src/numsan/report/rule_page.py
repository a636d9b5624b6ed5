"""What `numsan explain`, `numsan rules` and `docs/rules` say about a rule: all of it comes from the rule."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from numsan.core.rule import Example, Rule
from numsan.report.plain_math import plain_math

_GROUPS = {
    "NS1": "Overflow and underflow",
    "NS2": "Cancellation and precision",
    "NS3": "Domain and division",
    "NS4": "Gradient traps",
    "NS5": "Training loop and dynamics",
    "NS6": "Mixed precision and loss scale",
    "NS7": "Data and reductions",
    "NS8": "Verdicts",
}


def page(rule: Rule) -> str:
    """The rule as Markdown: title, documentation, first example, what to do.

    >>> from numsan import rules
    >>> page(rules.load()["NS101"]).splitlines()[0]
    '# NS101 log-sum-exp'
    """
    doc, _, references = (rule.doc or "").partition("## References")
    parts = [
        f"# {rule.code} {rule.name}",
        rule.title,
        facts(rule),
        doc.strip(),
        *(_example(e) for e in rule.examples[:1]),
        f"## Use instead\n\n{rule.advice}",
        f"## References\n\n{references.strip()}",
    ]
    return "\n\n".join(parts) + "\n"


def why(rule: Rule) -> str:
    """What goes wrong, and from which value on in which format: one paragraph without TeX.

    >>> from numsan import rules
    >>> why(rules.load()["NS101"])[:51]
    'e^x exceeds the format above ln(max): 11.09 in floa'
    """
    part = (rule.doc or "").partition("## Why it is bad")[2].partition("\n## ")[0]
    return " ".join(plain_math(part.strip().partition("\n\n")[0]).split())


def facts(rule: Rule) -> str:
    """Kind, severity, where it is seen, whether it is repaired, as one line.

    >>> from numsan import rules
    >>> facts(rules.load()["NS101"])
    '`overflow` · warning · seen in source and a run · repaired by `--fix`'
    """
    repair = {"safe": "repaired by `--fix`", "unsafe": "repaired by `--unsafe-fixes`", "": ""}[
        repair_of(rule)
    ]
    parts = (f"`{rule.kind}`", rule.severity, f"seen in {' and '.join(_seen(rule))}", repair)
    return " · ".join(p for p in parts if p)


def _seen(rule: Rule) -> list[str]:
    static = rule.scan is not None or rule.match is not None
    run = rule.watch is not None or (rule.bites is not None and rule.match is not None)
    told = not static and not run  # by the report itself, from what it has measured
    return ["source"] * static + ["a run"] * (run or (told and rule.kind != "method")) or ["comments"]


def repair_of(rule: Rule) -> str:
    """`safe`, `unsafe`, or nothing."""
    return "safe" if rule.safe else "" if rule.fix is None else "unsafe"


def _example(example: Example) -> str:
    before = "\n".join(p for p in (example.given, example.bad) if p)
    return "\n\n".join(
        (
            "## Example",
            textwrap.indent(before, "    "),
            "which becomes",
            textwrap.indent(example.good, "    "),
        )
    )


def plain(rule: Rule) -> dict[str, Any]:
    """The rule as JSON values, without its documentation."""
    return {
        "code": rule.code, "name": rule.name, "kind": rule.kind, "severity": rule.severity,
        "phase": rule.phase, "appetite": rule.appetite, "fix": repair_of(rule), "title": rule.title,
        "advice": rule.advice,
    }  # fmt: skip


def plain_page(rule: Rule) -> dict[str, Any]:
    """The rule as JSON values, with documentation and examples."""
    return plain(rule) | {"doc": rule.doc, "examples": [asdict(e) for e in rule.examples]}


def index(rules: Iterable[Rule]) -> str:
    """The catalogue as Markdown, one table for each group of codes; links to the pages beside it."""
    return "\n".join(_index(sorted(rules, key=lambda r: r.code))) + "\n"


def _index(rules: list[Rule]) -> Iterator[str]:
    yield "# Rules\n"
    yield f"The {len(rules)} rules of numsan. These pages are written by `python docs/rules/generate.py` from the"
    yield "rules themselves; `numsan explain CODE` prints the same."
    for prefix, title in _GROUPS.items():
        members = [r for r in rules if r.code.startswith(prefix)]
        if members:
            yield f"\n## {title}\n\n| code | name | what goes wrong | repair |\n| --- | --- | --- | --- |"
            for rule in members:
                said = rule.title.replace("|", "\\|").replace("*", "\\*")
                yield f"| [{rule.code}]({rule.code}.md) | {rule.name} | {said} | {repair_of(rule)} |"
