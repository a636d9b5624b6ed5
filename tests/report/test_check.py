"""The page that `numsan check` prints: goldens at fixed width."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from numsan import rules
from numsan.core.finding import Finding, Fix, Link
from numsan.report.check import concise, full, statistics, summary
from numsan.report.fingerprint import Fingerprints

Golden = Callable[[str, str], None]

SOURCE = """\
def loss(損失, mask):
    p = torch.softmax(損失, dim=-1)
    q = p * mask
    return -torch.log(
        p
    ).mean(), torch.log(p)
"""
FIRST = Finding(
    code="NS102", name="log-of-softmax", kind="underflow", severity="warning", confidence="likely",
    title="log of a softmax is -inf where a probability rounds to zero",
    cause="`torch.log( p )`: log of a softmax is -inf where a probability rounds to zero",
    file="losses.py", line=4, end_line=6, column=12, end_column=5, function="loss", op="log",
    chain=(
        Link(file="losses.py", line=2, op="softmax", says="`torch.softmax(損失, dim=-1)`"),
        Link(file="losses.py", line=4, op="log", says="`torch.log( p )`"),
    ),
    fix=Fix(
        summary="use torch.log_softmax(x, dim)",
        diff="--- a/losses.py\n+++ b/losses.py\n@@ -4,3 +4,1 @@\n-    return -torch.log(\n-        p\n"
        "-    ).mean(), torch.log(p)\n+    return -torch.log_softmax(損失, -1).mean(), torch.log(p)\n",
    ),
)  # fmt: skip
SECOND = replace(FIRST, line=6, end_line=6, column=14, end_column=26, severity="info", fix=None, chain=())
IN_A_CELL = replace(SECOND, file="\x1b[2Jbook.ipynb", cell=3, line=1, end_line=1)


def source(path: str) -> list[str] | None:
    return SOURCE.split("\n") if path == "losses.py" else None


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    rules.load()


@pytest.mark.parametrize("width", [80, 48])
def test_full(width: int, golden: Golden) -> None:
    golden(f"check_full_{width}.txt", full([FIRST, SECOND, IN_A_CELL], width=width, source=source))


def test_full_in_color(golden: Golden) -> None:
    golden("check_full_color.txt", full([FIRST, SECOND], width=80, color=True, source=source))


def test_concise_and_statistics(golden: Golden) -> None:
    findings = [FIRST, SECOND, IN_A_CELL]
    golden(
        "check_short.txt", concise(findings) + statistics(findings) + summary(findings, 2) + summary([], 1)
    )


def test_a_mark_hangs_on_the_expression_not_on_its_place() -> None:
    def marks(text: str, *findings: Finding) -> list[str]:
        prints = Fingerprints(lambda _: text.split("\n"))
        return [prints.of(f) for f in findings]

    moved = [replace(f, line=(f.line or 0) + 1, end_line=(f.end_line or 0) + 1) for f in (FIRST, SECOND)]
    assert marks("\n" + SOURCE, *moved) == marks(SOURCE, FIRST, SECOND)
    assert marks(SOURCE, SECOND, SECOND)[0].split(":")[0] == marks(SOURCE, SECOND, SECOND)[1].split(":")[0]
    assert marks(SOURCE, replace(SECOND, code="NS101")) != marks(SOURCE, SECOND)
