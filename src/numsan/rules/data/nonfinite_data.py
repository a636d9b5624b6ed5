r"""## What it does

Recognises a batch that holds `nan` or infinity before the model has seen it. From source it finds a target
or feature made with the logarithm of a raw quantity that can be 0.

## Why it is bad

No operation can repair a `nan` input: in every format it passes through every layer, and one sample spoils
the mean of the batch. Typical sources: a missing reading parsed as `nan`, `log(0)` of a price, a division
by a zero deviation when features are standardised.

## Fix safety

No automatic fix: drop or fill the rows where the data set is made, and assert `torch.isfinite(x).all()`
there.

## References

- https://numpy.org/doc/stable/reference/generated/numpy.isfinite.html
"""

from __future__ import annotations

import math
from typing import Any

from numsan.core.rule import Rule
from numsan.core.values import source, stats

rule = Rule(
    code="NS701",
    name="nonfinite-data",
    kind="data",
    severity="error",
    phase="data",
    title="the batch holds nan or infinity before the model has seen it",
    advice="drop or fill the bad rows where the data set is made: keep = torch.isfinite(x).all(dim=1)",
    doc=__doc__,
)


@rule.bites_when
def nonfinite(batch: Any) -> str | None:
    seen = stats(batch)
    if seen is None or seen.finite:
        return None
    counts = [
        f"{n} {what}" for n, what in ((seen.nan, "nan"), (seen.posinf, "+inf"), (seen.neginf, "-inf")) if n
    ]
    size = f"{seen.numel} elements of shape {'x'.join(map(str, seen.shape)) or 'scalar'}"
    low = (
        ""
        if seen.min is None or math.isinf(seen.min)
        else f"; the finite ones lie in [{seen.min:.4g}, {seen.max:.4g}]"
    )
    return f"`{source(batch)}` holds {' and '.join(counts)} among {size}{low}"
