"""The pre-commit hooks: what they run is what the command understands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from numsan.cli import main

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
BAD = "import torch\n\n\ndef loss(x):\n    return -torch.log(torch.softmax(x, -1)).mean()\n"


@pytest.mark.parametrize(("hook", "left"), [("numsan", 1), ("numsan-fix", 0)])
def test_entry_checks_the_files_it_is_given(
    hook: str, left: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = dict(re.findall(r"- id: (\S+)\n(?:  .*\n)*?  entry: (.+)\n", HOOKS.read_text(encoding="utf-8")))
    program, *args = shlex.split(entries[hook])
    assert program == "numsan"
    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "third_party/b.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(BAD)
    (tmp_path / "pyproject.toml").write_text('[tool.numsan]\nexclude = ["third_party"]\n')
    assert main([*args, "a.py", "third_party/b.py"]) == left
    assert main([*args, "third_party/b.py"]) == 0
    assert (tmp_path / "third_party" / "b.py").read_text() == BAD
