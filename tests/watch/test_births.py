"""Where an array of the set-up first held something not finite."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from numsan.watch.births import LineWatch, writing_lines


def births(folder: Path, text: str) -> list[tuple[int, str]]:
    path = folder / "user_program.py"
    path.write_text(text, encoding="utf-8")
    space = {"__name__": "user_program"}
    code = compile(text, str(path), "exec")
    with LineWatch() as lines:
        exec(code, space)
    assert sys.gettrace() is None
    return [(b.line, b.name) for b in lines.births]


WRITES = [
    "rows[2, 1] = np.nan",
    "rows += np.inf",
    "rows.fill(np.nan)",
    "np.copyto(rows, np.inf)",
    "rows[0] /= 0.0",
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("write", WRITES)
def test_an_array_that_is_written_into(tmp_path: Path, write: str) -> None:
    text = f"import numpy as np\nrows = np.ones((4, 3))\nmean = rows.mean()\n{write}\nlast = 1\n"
    assert births(tmp_path, text) == [(4, "rows")]


def test_an_attribute_is_written_into_through_a_view(tmp_path: Path) -> None:
    text = (
        "import torch\nclass Table:\n    def __init__(self):\n        self.rows = torch.ones(4, 3)\n"
        "        row = self.rows[1]\n        row[2] = float('inf')\n        self.n = 4\ntable = Table()\n"
    )
    assert {line for line, _ in births(tmp_path, text)} == {6}


def test_what_is_finite_stays_unsaid(tmp_path: Path) -> None:
    assert births(tmp_path, "import numpy as np\nrows = np.ones(3)\nrows[1] = 2.0\nrows *= 3.0\n") == []


def test_lines_that_write() -> None:
    text = "a = b + c\na[0] = 1\na += b\na.mul_(2)\nb = a.mean()\na.__len__()\n"
    assert writing_lines(compile(text, "p.py", "exec")) == {2, 3, 4}


def test_looking_again_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numsan.watch.births._AGAIN", 100)
    text = "import numpy as np\nrows = np.ones(64)\nfor i in range(9):\n    rows[i] = 2.0\nrows[0] = np.nan\n"
    assert births(tmp_path, text) == []
