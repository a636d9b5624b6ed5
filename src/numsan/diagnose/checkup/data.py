"""What one batch holds: values that are not finite, far out, or the same in every row."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.diagnose.checkup.line import Answer, Line

_OUTLIER = 1e4  # times the median magnitude


def data(seen: Answer) -> list[Line]:
    bad = [line for x in seen["inputs"] if (line := _look(x)) is not None]
    count = len(seen["inputs"])
    if not count:
        return [
            Line(
                name="data",
                ok=True,
                says="the first step reads no floating-point tensor but what it makes itself",
            )
        ]
    said = f"{count} tensor{'s' * (count != 1)} that the first step reads: finite, varying, none far out"
    return bad or [Line(name="data", ok=True, says=said)]


def _look(x: Answer) -> Line | None:
    where = f"{x['read'][0]}:{x['read'][1]} `{x['read'][2]}`" if x["read"] else "a tensor"
    what = f"{where} reads {x['dtype']}{x['shape']}"
    if x["nonfinite"]:
        return Line(
            name="data", ok=False, says=f"{what} with {x['nonfinite']} values that are not finite",
            cause="the data set holds nan or infinity",
            fix="drop or fill those rows where the data is made; `numsan run` names them",
        )  # fmt: skip
    if x["median"] > 0 and x["largest"] > _OUTLIER * x["median"]:
        return Line(
            name="data", ok=False,
            says=f"{what} reaching {x['largest']:.4g}; the median magnitude is {x['median']:.4g}",
            cause="one value is out of all proportion",
            fix="clip or correct it, or take the logarithm of a column with such a range",
        )  # fmt: skip
    if x["constant"]:
        return Line(
            name="data", ok=False, says=f"{what}: {x['constant']} of {x['columns']} columns are constant",
            cause="such a column carries nothing, and standardising it divides by 0",
            fix="leave it out, or divide by max(std, 1e-6)",
        )  # fmt: skip
    return None


def code(findings: list[tuple[str, int, str, str]]) -> Iterator[Line]:
    """What `numsan check` says about the program's own files: place, code and name of every finding."""
    for file, line, name, advice in findings[:3]:
        yield Line(
            name="code", ok=False, says=f"{file}:{line} {name}", cause="goes wrong for some input", fix=advice
        )
    if not findings:
        yield Line(name="code", ok=True, says="`numsan check` finds nothing in the program's files")
    elif len(findings) > 3:
        yield Line(name="code", ok=False, says=f"{len(findings) - 3} more: `numsan check` lists them")
