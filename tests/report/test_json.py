"""numsan.report/1: exactly its fields, strict JSON, written whole or not at all."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from numsan.core.finding import Operand, Report
from numsan.report.json import dumps, to_dict, write
from tests.report.samples import HEALTHY, HOSTILE, PROVED, REPORTS, failed

NUMBER = {"anyOf": [{"type": "number"}, {"enum": ["inf", "-inf", "nan"]}, {"type": "null"}]}
TEXT, INTEGER = {"type": "string"}, {"type": "integer"}
MAYBE_TEXT, MAYBE_INTEGER = {"type": ["string", "null"]}, {"type": ["integer", "null"]}


def record(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def array(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


def maybe(schema: Any) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


FINDING = record(
    code=TEXT,
    name=TEXT,
    kind=TEXT,
    severity={"enum": ["error", "warning", "info"]},
    confidence={"enum": ["proved", "likely", "suspect"]},
    title=TEXT,
    cause=TEXT,
    file=MAYBE_TEXT,
    line=MAYBE_INTEGER,
    end_line=MAYBE_INTEGER,
    column=MAYBE_INTEGER,
    end_column=MAYBE_INTEGER,
    function=MAYBE_TEXT,
    module=MAYBE_TEXT,
    phase={"enum": ["forward", "backward", "optimizer", "data"]},
    op=MAYBE_TEXT,
    operands=array(
        record(
            name=TEXT,
            shape=array(INTEGER),
            dtype=TEXT,
            min=NUMBER,
            max=NUMBER,
            bad_index=array(array(INTEGER)),
        )
    ),
    chain=array(record(file=TEXT, line=INTEGER, op=TEXT, says=TEXT)),
    samples=array(INTEGER),
    proof=array(record(experiment=TEXT, outcome=TEXT, detail=TEXT)),
    fix=maybe(record(summary=TEXT, diff=MAYBE_TEXT, verified={"type": "boolean"})),
)
REPORT = record(
    schema={"const": "numsan.report/1"},
    status={"enum": ["healthy", "warning", "failed"]},
    script=TEXT,
    steps=INTEGER,
    failed_step=MAYBE_INTEGER,
    first_signal=maybe(record(what=TEXT, where=TEXT)),
    findings=array(FINDING),
)


def strict(text: str) -> Any:
    def refuse(token: str) -> None:
        raise ValueError(f"{token} is not JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("name", REPORTS)
def test_fields_are_exactly_those_of_the_schema(name: str) -> None:
    jsonschema.validate(strict(dumps(REPORTS[name])), REPORT)


def test_schema_refuses_a_missing_or_foreign_field() -> None:
    good = to_dict(REPORTS["proved"])
    for bad in ({**good, "extra": 1}, {k: v for k, v in good.items() if k != "steps"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, REPORT)


def test_numbers_that_json_lacks_become_strings() -> None:
    nan = Operand(name="x", shape=(2,), dtype="float32", min=float("-inf"), max=float("inf"))
    also = replace(nan, max=float("nan"))
    (finding,) = strict(dumps(failed(replace(PROVED, operands=(nan, also)))))["findings"]
    assert [(o["min"], o["max"]) for o in finding["operands"]] == [("-inf", "inf"), ("-inf", "nan")]


def test_values_survive_unchanged() -> None:
    (finding,) = strict(dumps(failed(HOSTILE)))["findings"]
    assert finding["cause"] == HOSTILE.cause
    assert strict(dumps(Report(status="healthy", script="a\udcff.py", steps=0)))["script"] == "a\udcff.py"


def test_write_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.json"
    assert write(HEALTHY, str(path))
    assert write(REPORTS["proved"], str(path))
    assert strict(path.read_text()) == strict(dumps(REPORTS["proved"]))
    assert os.listdir(path.parent) == ["report.json"]


def test_write_follows_links_and_pipes(tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    link.symlink_to(target)
    assert write(HEALTHY, str(link))
    assert link.is_symlink()
    assert strict(target.read_text())["status"] == "healthy"
    assert write(HEALTHY, os.devnull)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.parametrize("bad", ["file/report.json", ".", "nul\0byte"])
def test_an_unwritable_path_is_one_line(bad: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert not write(HEALTHY, f"{tmp_path}/{bad}")
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "could not be written" in said
    assert sorted(os.listdir(tmp_path)) == ["file"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full disk")
def test_a_full_disk_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert not write(HEALTHY, "/dev/full")
    assert "no space left" in capsys.readouterr().err
