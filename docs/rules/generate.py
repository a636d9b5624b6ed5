"""Writes the pages of this folder from the rules; a test fails when they are out of date.

python docs/rules/generate.py
"""

from __future__ import annotations

from pathlib import Path

from numsan import rules
from numsan.report.rule_page import index, page

FOLDER = Path(__file__).parent


def pages() -> dict[str, str]:
    """File names and what they must hold."""
    catalogue = rules.load()
    return {f"{code}.md": page(rule) for code, rule in catalogue.items()} | {
        "README.md": index(catalogue.values())
    }


def main() -> None:
    wanted = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
