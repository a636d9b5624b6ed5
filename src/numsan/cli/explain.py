"""`numsan explain CODE`: the rule's own words, with its examples."""

from __future__ import annotations

import sys
import textwrap

from numsan import rules
from numsan.cli import Parser
from numsan.core.rule import Example, Rule, get
from numsan.report.terminal import write


def main(argv: list[str]) -> int:
    """Exit status 0, or 2 for a rule that does not exist."""
    parser = Parser(prog="numsan explain", description="Why a rule exists.")
    parser.add_argument("rule", metavar="CODE|NAME")
    args = parser.parse_args(argv)
    rules.load()
    try:
        rule = get(args.rule)
    except ValueError as error:
        parser.error(str(error))
    write(sys.stdout, page(rule))
    return 0


def page(rule: Rule) -> str:
    """The rule as Markdown: title, documentation, first example, what to do.

    >>> from numsan import rules
    >>> page(rules.load()["NS101"]).splitlines()[0]
    '# NS101 log-sum-exp'
    """
    head = f"# {rule.code} {rule.name}\n\n{rule.title} ({rule.severity}, {rule.kind}).\n"
    doc, _, references = (rule.doc or "").partition("## References")
    examples = "\n".join(_example(e) for e in rule.examples[:1])
    end = f"## Use instead\n\n{rule.advice}\n\n## References\n\n{references.strip()}\n"
    return f"{head}\n{doc.strip()}\n\n{examples}\n{end}"


def _example(example: Example) -> str:
    parts = [
        ("## Example", "\n".join(p for p in (example.given, example.bad) if p)),
        ("which becomes", example.good),
    ]
    return "\n".join(f"{title}\n\n{textwrap.indent(code, '    ')}\n" for title, code in parts)
