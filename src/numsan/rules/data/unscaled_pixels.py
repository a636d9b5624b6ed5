r"""## What it does

Finds images converted with `torch.from_numpy(images).float()` in a file that nowhere scales them.

## Why it is bad

With inputs near 255 the first layer's outputs are some hundred: a sigmoid's derivative is exactly 0 from
16.6 on in float32, 7.6 in float16, 5.5 in bfloat16, and a tanh's from half of that. The first layers never
learn.

## Fix safety

No automatic fix: the scale of the data is not in the source.

## References

- Y. LeCun et al., *Efficient BackProp*, 1998, https://doi.org/10.1007/3-540-49430-8_2
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program, dotted
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS712",
    name="unscaled-pixels",
    kind="vanishing",
    severity="info",
    phase="data",
    title="pixel values from 0 to 255 enter the network unscaled",
    advice="scale to [0, 1] or standardise: torch.from_numpy(images).float() / 255",
    doc=__doc__,
    examples=(
        Example(
            given=("import numpy as np\nimages = np.full((1, 4), 200, dtype=np.uint8)"),
            bad=(
                "x = torch.from_numpy(images).float()\ny = 1e-9 + torch.sigmoid(x).mul(1 - torch.sigmoid(x))"
            ),
            good=(
                "x = torch.from_numpy(images).float() / 255\n"
                "y = 1e-9 + torch.sigmoid(x).mul(1 - torch.sigmoid(x))"
            ),
            wrong_by=0.9,
            run=False,
        ),
    ),
)


_IMAGE = re.compile(r"image|img|pixel|gr[ae]y|photo", re.I)
_SCALED = re.compile(
    r"255|25[456]\.|127|[nN]ormali[sz]e|standardi[sz]e|ToTensor|\.std\(|BatchNorm|LayerNorm|rescale"
)


@rule.scans("from_numpy")
def unscaled(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if _SCALED.search(program.text):
        return
    for call in program.calls("float"):
        inner = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
        if (
            not isinstance(inner, ast.Call)
            or not inner.args
            or dotted(inner.func).rpartition(".")[2] != "from_numpy"
        ):
            continue
        name = ast.unparse(inner.args[0])
        if _IMAGE.search(name):
            yield call.node, f"`{name}` is converted, and nothing in this file brings it to a scale near 1"
