r"""## What it does

Finds a logarithm or a division under `np.errstate(divide='ignore')` without anything that treats the
result.

## Why it is bad

numpy's warning is the only sign that `-inf` or `nan` enters the data set; in every format it spoils the
mean of each batch that draws the row.

## Fix safety

No automatic fix: dropping, filling or clipping is a decision about the data.

## References

- https://numpy.org/doc/stable/reference/generated/numpy.errstate.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Body, Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS711",
    name="silenced-division-warning",
    kind="data",
    severity="warning",
    phase="data",
    title="a warning about log(0) or a division by 0 is switched off where data is made",
    advice="treat the zeros: np.log(np.maximum(x, eps)), or drop those rows",
    doc=__doc__,
    examples=(
        Example(
            given=("import numpy as np\nprice = np.array([2.0, 0.0])"),
            bad=(
                "import numpy as np\n"
                "with np.errstate(divide='ignore'):\n"
                "    target = np.log(price)\n"
                "y = torch.from_numpy(target)"
            ),
            good=(
                "import numpy as np\n"
                "with np.errstate(divide='ignore'):\n"
                "    target = np.log(np.maximum(price, 1e-6))\n"
                "y = torch.from_numpy(target)"
            ),
            silent=(
                (
                    "import numpy as np\n"
                    "with np.errstate(divide='ignore'):\n"
                    "    target = np.where(price > 0, np.log(price), 0.0)"
                ),
            ),
            run=False,
        ),
    ),
)


_TREATED = re.compile(r"where|isfinite|nan_to_num|isinf|isnan|maximum|clip|out=|nanmean|nansum")
_LOOKED_AT = re.compile(r"isfinite|isinf|isnan|nan_to_num")


@rule.scans("errstate", "ignore")
def silenced(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for body in program.bodies:
        yield from _in(body)


def _in(body: Body) -> Iterator[tuple[ast.AST, str]]:
    later = "\n".join(ast.unparse(n) for n in body.nodes if isinstance(n, ast.If | ast.Assign))
    if _LOOKED_AT.search(later):
        return
    for node in body.nodes:
        if not isinstance(node, ast.With) or not any(_ignores(i.context_expr) for i in node.items):
            continue
        for statement in node.body:
            text = ast.unparse(statement)
            if (
                re.search(r"\blog\w*\(| / ", text)
                and not _TREATED.search(ast.unparse(node))
                and not _only_chooses(statement, body)
            ):
                yield statement, f"`{text}` may be infinite, and the warning that says so is off"


def _only_chooses(statement: ast.stmt, body: Body) -> bool:
    """Whether the result is compared with something, or a `where` takes its place, and nothing else."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return False
    if isinstance(statement.value, ast.Compare):
        return True
    name = statement.targets[0].id
    uses = sum(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) for n in body.nodes)
    compared = sum(name in _read(n.left) for n in body.nodes if isinstance(n, ast.Compare))
    chosen = sum(
        name in {word for a in n.args for word in _read(a)}
        for n in body.nodes
        if isinstance(n, ast.Call) and ast.unparse(n.func).endswith("where")
    )
    return bool(uses) and (compared == uses or bool(chosen))


def _read(node: ast.expr) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _ignores(node: ast.expr) -> bool:
    return "errstate" in ast.unparse(node) and "'ignore'" in ast.unparse(node)
