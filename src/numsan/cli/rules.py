"""`numsan rules`: the catalogue, one line a rule."""

from __future__ import annotations

import json
import sys

from numsan import rules
from numsan.cli import Parser
from numsan.core.rule import Rule
from numsan.report.rule_page import plain, repair_of
from numsan.report.terminal import write


def main(argv: list[str]) -> int:
    """Exit status 0, or 2 for bad usage."""
    parser = Parser(prog="numsan rules", description="List the rules.")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    args = parser.parse_args(argv)
    found = list(rules.load().values())
    as_json = args.format == "json"
    write(sys.stdout, json.dumps([plain(r) for r in found], indent=1) + "\n" if as_json else _table(found))
    return 0


def _table(found: list[Rule]) -> str:
    width = max(len(r.name) for r in found)
    return "".join(f"{r.code}  {r.name:<{width}}  {repair_of(r):<6}  {r.title}\n" for r in found)
