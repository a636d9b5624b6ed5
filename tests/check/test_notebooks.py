"""Notebooks: findings by cell and line, IPython's own syntax, repairs that leave the rest of the file alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from numsan.cli import main

CELLS: list[tuple[str, list[str]]] = [
    ("markdown", ["# Training\n", "torch.log(torch.softmax(x, -1))"]),
    ("code", ["%matplotlib inline\n", "import torch\n", "!pip install \\\n", "    numsan"]),
    ("code", ["%%bash\n", "ls (\n"]),
    (
        "code",
        ["def loss(x):\n", "    %time y = 1\n", "    return -torch.log(torch.softmax(x, -1)).mean()  # λ"],
    ),
    ("code", ["files = !ls\n", "torch.log?\n", "q = torch.softmax(x, -1)"]),
    ("code", []),
    ("code", ["%%time\n", "r = (1 +\n", "  % 2) if x else 0"]),
    ("code", ["print(torch.log(q))  # numsan: ignore[NS102] shown only\n"]),
]


def notebook(**options: Any) -> str:
    cells = [
        {"cell_type": kind, "metadata": {"x": 1e-05}, "source": source}
        | ({"outputs": [{"text": ["1E+3"]}], "execution_count": None} if kind == "code" else {})
        for kind, source in CELLS
    ]
    metadata = {"kernelspec": {"language": "python", "name": "p"}, "language_info": {"name": "python"}}
    text = json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, **options)
    return text.replace("1e-05", "1E-5")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


FORMS = [
    {"indent": 1, "ensure_ascii": False},
    {"indent": 2, "ensure_ascii": True},
    {"indent": "\t"},
    {},
    {"separators": (",", ":")},
]


@pytest.mark.parametrize("form", FORMS)
def test_a_repair_changes_one_line_of_the_file(project: Path, form: dict[str, Any]) -> None:
    before = notebook(**form) + "\n"
    Path("a.ipynb").write_text(before, encoding="utf-8")
    assert main(["check", "--fix", "."]) == 0
    after = Path("a.ipynb").read_text(encoding="utf-8")
    assert after == before.replace(
        "torch.log(torch.softmax(x, -1)).mean()", "torch.log_softmax(x, -1).mean()"
    )
    assert after != before
    assert main(["check", "--diff", "."]) == 0


def test_findings_are_located_by_cell(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.ipynb").write_text(notebook(indent=1), encoding="utf-8")
    assert main(["check", "--format", "concise"]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("a.ipynb:cell 4:3:13: NS102 log-of-softmax")
    assert said.err == "numsan check: a.ipynb: cell 7 does not parse\n"
    main(["check"])
    out = capsys.readouterr().out
    assert "a.ipynb:cell 4:3:13 in loss" in out and "~" * 31 in out
    main(["check", "--format", "json"])
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["cell"], finding["line"], finding["column"]) == (4, 3, 12)
    assert finding["fix"]["diff"].startswith("--- a/a.ipynb\n+++ b/a.ipynb\n@@")


def test_names_live_across_cells_and_chains_say_so(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.ipynb").write_text(notebook(indent=1).replace("# numsan: ignore", "# "), encoding="utf-8")
    main(["check", "--format", "json"])
    last = json.loads(capsys.readouterr().out)["findings"][-1]
    assert (last["code"], last["cell"], last["line"]) == ("NS102", 8, 1)
    assert [(c["line"], c["says"][:7]) for c in last["chain"]] == [(3, "cell 5:"), (1, "cell 8:")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON: Expecting property name"),
        ("[]", "is no notebook of format 4: it has no cells"),
        ('{"worksheets": []}', "is no notebook of format 4: it has no cells"),
        ('{"cells": 3}', "is no notebook of format 4"),
        ('{"cells": [3, {"cell_type": "code"}, {"cell_type": "code", "source": 3}]}', ""),
        ('{"cells": [], "metadata": {"language_info": {"name": "julia"}}}', ""),
        ('{"cells": [], "metadata": 3}', ""),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_notebook_is_at_most_one_line(
    project: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    Path("a.ipynb").write_text(content)
    for options in (["--fix"], ["--diff"], []):
        assert main(["check", *options]) == 0
        lines = [line for line in capsys.readouterr().err.splitlines() if "repaired" not in line]
        assert len(lines) == bool(said) and said in "".join(lines)
    assert Path("a.ipynb").read_text() == content


def test_another_language_is_not_ours(project: Path) -> None:
    Path("a.ipynb").write_text(notebook().replace('"name": "python"', '"name": "julia"'))
    assert main(["check"]) == 0


def test_an_import_that_a_repair_needs_goes_below_the_cell_magic(project: Path) -> None:
    cell = {"cell_type": "code", "source": "%%time\nfrom torch import log, softmax\ny = log(softmax(x, -1))"}
    Path("a.ipynb").write_text(json.dumps({"cells": [cell]}))
    assert main(["check", "--fix"]) == 0
    (cell,) = json.loads(Path("a.ipynb").read_text())["cells"]
    lines = cell["source"].split("\n")
    assert lines[0] == "%%time" and "import torch" in lines and lines[-1] == "y = torch.log_softmax(x, -1)"
