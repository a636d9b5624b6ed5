"""The pages of docs/rules, `numsan explain` and `numsan rules`: one source, three readers."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from numsan import rules
from numsan.cli import main
from numsan.core.rule import Rule
from numsan.report.plain_math import plain_math
from numsan.report.rule_page import page, why

FOLDER = Path(__file__).parents[2] / "docs" / "rules"


def generated() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("rule_pages_generator", FOLDER / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


def test_pages_are_fresh() -> None:
    kept = {f.name: f.read_text(encoding="utf-8") for f in FOLDER.glob("*.md")}
    wanted = generated()
    stale = sorted(n for n in kept.keys() | wanted.keys() if kept.get(n) != wanted.get(n))
    assert stale == [], "run `python docs/rules/generate.py`"


def test_explain_prints_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("NS102", "ns102", "log-of-softmax"):
        assert main(["explain", name]) == 0
        assert capsys.readouterr().out == plain_math((FOLDER / "NS102.md").read_text(encoding="utf-8"))
    assert main(["explain", "NS102", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["code"] == "NS102" and "Why it is bad" in data["doc"] and data["examples"][0]["bad"]
    with pytest.raises(SystemExit, match="2"):
        main(["explain", "NS999"])
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("rule", rules.load().values(), ids=lambda r: r.code)
def test_no_tex_reaches_the_terminal(rule: Rule) -> None:
    text = re.sub(r"`[^`]*`|^    .*$", "", plain_math(page(rule)), flags=re.M)
    assert not re.search(r"[$\\{}]", text)
    assert "float" in why(rule) or "format" in why(rule) or len(why(rule)) > 60


def test_rules_lists_every_rule_once(capsys: pytest.CaptureFixture[str]) -> None:
    catalogue = rules.load()
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(catalogue)
    assert main(["rules", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [(d["code"], d["name"], d["title"]) for d in data] == [
        (r.code, r.name, r.title) for r in catalogue.values()
    ]
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"[{code}]({code}.md) | {rule.name} |" in index for code, rule in catalogue.items())
