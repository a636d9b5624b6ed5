r"""## What it does

Names a suppression comment (`# numsan: ignore[...]`, `# numsan: ignore-file[...]`) that silences nothing:
no rule it lists speaks about its lines, not even with `--persona pedantic`, or a code in it is no rule.

## Why it is bad

It is no numerical defect. The comment says that somebody looked at an expression and accepted it; the
expression is gone or repaired, and the comment would silence the next one that is written there, in
float16 as in float64. What a misspelt code was meant to silence is still reported.

## Fix safety

Safe: removing a comment changes no value.

## References

- https://docs.astral.sh/ruff/rules/unused-noqa/
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS890",
    name="unused-suppression",
    kind="method",
    severity="info",
    title="a suppression comment silences nothing",
    advice="remove the comment, or the codes in it that are not needed",
    doc=__doc__,
)


@rule.bites_when
def unused(comment: str, idle: tuple[str, ...], unknown: tuple[str, ...]) -> str | None:
    """`idle`: codes of the comment that silence nothing ("" stands for all); `unknown`: those of no rule."""
    if not idle:
        return None
    if unknown:
        return f"`{comment}`: no rule is called {' or '.join(unknown)}; `numsan rules` lists them"
    what = "nothing" if idle == ("",) else f"no {' and no '.join(idle)}"
    return f"`{comment}` silences {what} here"
