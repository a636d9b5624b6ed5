"""What other programs read: SARIF against the official schema, workflow commands, one line a finding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from numsan import rules
from numsan.cli import main
from numsan.core.finding import Finding, Link
from numsan.report.github import as_github
from numsan.report.replacements import replacements
from numsan.report.sarif import as_sarif

SCHEMA = Draft4Validator(
    json.loads((Path(__file__).parent / "fixtures" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
)
LOSS = """\
from torch import softmax


def loss(λ, x):
    p = softmax(x, -1)
    y = λ * p
    return y - p.log().mean()


def accepted(x):
    return softmax(x, -1).log()  # numsan: ignore[NS102] logits stay below 10
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a b%#é").mkdir()
    (tmp_path / "a b%#é" / "loss.py").write_text(LOSS, encoding="utf-8")
    (tmp_path / "odd.py").write_text("import torch (\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def sarif(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    capsys.readouterr()
    main(["check", "--format", "sarif", *args])
    document = json.loads(capsys.readouterr().out)
    assert [e.message for e in SCHEMA.iter_errors(document)] == []
    return document["runs"][0]


def test_a_result_names_place_rule_and_repair(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = sarif(capsys)
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"]) == ("NS102", "LogOfSoftmax") and "Why it is bad" in rule["help"][
        "markdown"
    ]
    found, accepted = run["results"]
    physical = found["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "a%20b%25%23%C3%A9/loss.py", "uriBaseId": "%SRCROOT%"}
    region = physical["region"]
    line = LOSS.splitlines()[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "p.log()"
    assert found["suppressions"] == []
    assert accepted["suppressions"] == [{"kind": "inSource", "justification": "logits stay below 10"}]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "does not parse" in note["message"]["text"] and run["invocations"][0]["executionSuccessful"]


def test_a_value_made_earlier_is_a_code_flow(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found, accepted = sarif(capsys)["results"]
    (flow,) = found["codeFlows"]
    steps = [s["location"] for s in flow["threadFlows"][0]["locations"]]
    assert [s["physicalLocation"]["region"]["startLine"] for s in steps] == [5, 7]
    assert steps[0]["message"]["text"] == "softmax: `softmax(x, -1)`"
    assert "codeFlows" not in accepted


def test_a_repair_applied_by_its_regions_is_the_repair(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, accepted = sarif(capsys)["results"]
    (change,) = accepted["fixes"][0]["artifactChanges"]
    lines = LOSS.splitlines(keepends=True)
    starts = [sum(map(len, lines[:n])) for n in range(len(lines) + 1)]
    text = LOSS
    for r in reversed(change["replacements"]):
        region = r["deletedRegion"]
        first = starts[region["startLine"] - 1] + region["startColumn"] - 1
        last = starts[region["endLine"] - 1] + region["endColumn"] - 1
        text = text[:first] + r["insertedContent"]["text"] + text[last:]
    assert "return torch.log_softmax(x, -1)  # numsan" in text and "import torch\n" in text
    compile(text, "loss.py", "exec")


def test_fingerprints_stay_when_lines_move(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def marks() -> list[str]:
        return [r["partialFingerprints"]["primaryLocationLineHash"] for r in sarif(capsys)["results"]]

    file = project / "a b%#é" / "loss.py"
    before = marks()
    assert len(set(before)) == 2
    file.write_text("# one more line\n\n" + LOSS.replace("p.log()", "p . log(\n    )"), encoding="utf-8")
    assert marks()[1] == before[1]
    file.write_text("# one more line\n\n" + LOSS, encoding="utf-8")
    assert marks() == before
    twice = LOSS.replace("    y = λ * p\n", "    y = λ * p.log()\n")
    file.write_text(twice, encoding="utf-8")
    assert len(set(marks())) == 3 and set(before) <= set(marks())


def test_a_file_outside_is_absolute(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "inner").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project / "inner")
        uri = sarif(capsys, "../a b%#é/loss.py")["results"][0]["locations"][0]["physicalLocation"]
    assert uri["artifactLocation"]["uri"].startswith("file:///")


def hostile(**fields: Any) -> Finding:
    return Finding(
        code="NS102", name="log-of-softmax", kind="overflow", severity="info", confidence="likely",
        title="t", cause="50 %\r\n::error::owned\x1b[2J", file="a,b:c%\n::error::.py", line=3, **fields,
    )  # fmt: skip


def test_workflow_commands_are_escaped() -> None:
    (line, end) = as_github([hostile(column=1, end_column=4, end_line=3)]).split("\n")
    assert end == ""
    properties, _, data = line.removeprefix("::notice ").partition("::")
    assert properties == (
        "title=numsan NS102 log-of-softmax,file=a%2Cb%3Ac%25 %3A%3Aerror%3A%3A.py,"
        "line=3,endLine=3,col=2,endColumn=5"
    )
    assert data == "50 %25  ::error::owned␛[2J"
    assert "col=" not in as_github([hostile(column=1, end_column=4, end_line=5)])


def test_hostile_names_and_notebook_cells_are_valid_sarif() -> None:
    rules.load()
    links = (
        Link(file="x y.py", line=0, op="log", says="s"),
        Link(file="/abs.py", line=2, op="exp", says="s"),
    )
    for finding in (hostile(), hostile(cell=3), hostile(chain=links)):
        document = json.loads(as_sarif([finding], [(finding, "")]))
        assert [e.message for e in SCHEMA.iter_errors(document)] == []


def test_github_format_of_the_command(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "github", "--extend-select", "NS1"]) == 1
    assert capsys.readouterr().out.startswith(
        "::warning title=numsan NS102 log-of-softmax,file=a b%25#é/loss.py,line=7"
    )


def test_replacements_of_insertions_and_deletions() -> None:
    diff = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n+x\n a\n-b\r\n-c\n@@ -9,1 +9,1 @@\n-y\n+z\n\\ No newline at end of file\n"
    assert [(r.line, r.column, r.end_line, r.end_column, r.text) for r in replacements(diff)] == [
        (1, 1, 1, 1, "x\n"),
        (2, 1, 4, 1, ""),
        (9, 1, 9, 2, "z"),
    ]
