"""`numsan explain CODE`: the rule's own words, with its examples."""

from __future__ import annotations

import json
import sys

from numsan import rules
from numsan.cli import Parser
from numsan.core.rule import get
from numsan.report.plain_math import plain_math
from numsan.report.rule_page import page, plain_page
from numsan.report.terminal import write


def main(argv: list[str]) -> int:
    """Exit status 0, or 2 for a rule that does not exist."""
    parser = Parser(prog="numsan explain", description="Why a rule exists.")
    parser.add_argument("rule", metavar="CODE|NAME")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    args = parser.parse_args(argv)
    rules.load()
    try:
        rule = get(args.rule)
    except ValueError as error:
        parser.error(str(error))
    as_json = args.format == "json"
    write(sys.stdout, json.dumps(plain_page(rule), indent=1) + "\n" if as_json else plain_math(page(rule)))
    return 0
