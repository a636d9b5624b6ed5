"""What a replay saw, as plain numbers: no tensor, no torch."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorStats:
    """Range of one tensor. `min`, `max` and `tiny` look at finite elements only; None where there is none."""

    shape: tuple[int, ...]
    dtype: str  # "float32", "bfloat16", "int64", ...
    numel: int
    min: float | None = None
    max: float | None = None
    tiny: float | None = None  # smallest magnitude that is not zero
    zeros: int = 0
    nan: int = 0
    posinf: int = 0
    neginf: int = 0

    @property
    def finite(self) -> bool:
        return not (self.nan or self.posinf or self.neginf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place in the user's source: the expression, not only its line. Columns count characters from 0."""

    file: str
    line: int
    end_line: int
    column: int
    end_column: int
    function: str = ""
    text: str = ""  # the expression as written


@dataclass(frozen=True, slots=True, kw_only=True)
class StepNorms:
    """What the sentinel remembers of one optimizer step."""

    step: int
    loss: float | None
    grad: float
    weight: float | None = None
    update: float | None = None
    lr: float | None = None


@dataclass(slots=True)
class History:
    """The last steps before a failure, oldest first."""

    norms: list[StepNorms] = field(default_factory=list[StepNorms])
