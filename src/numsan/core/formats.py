"""What each number format can hold. Every threshold that a rule quotes comes from here.

tf32 keeps float32's range with 10 fraction bits; e4m3 is the OCP variant without infinities
(above 448 it is NaN).

>>> of("float16").exp_limit, of("float32").exp_limit  # where exp overflows
(11.08..., 88.72...)
>>> of("bfloat16").integers  # counts beyond this are rounded
256
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A binary floating-point format: `fraction` stored bits, normal exponents from `emin` to `emax`."""

    name: str
    fraction: int
    emin: int
    max: float

    @property
    def eps(self) -> float:
        """Distance from 1 to the next number."""
        return 2.0**-self.fraction

    @property
    def normal(self) -> float:
        """Smallest positive normal number."""
        return 2.0**self.emin

    @property
    def tiny(self) -> float:
        """Smallest positive number, subnormal."""
        return 2.0 ** (self.emin - self.fraction)

    @property
    def integers(self) -> int:
        """Up to here every integer is a number of the format."""
        return 2 ** (self.fraction + 1)

    @property
    def exp_limit(self) -> float:
        """Largest x whose exp(x) is finite: ln(max)."""
        return math.log(self.max)

    @property
    def exp_floor(self) -> float:
        """Below this exp(x) rounds to zero: ln(tiny / 2)."""
        return math.log(self.tiny) - math.log(2.0)

    @property
    def sqrt_max(self) -> float:
        """Largest x whose square is finite."""
        return math.sqrt(self.max)


FORMATS = {
    f.name: f
    for f in (
        Format(name="float64", fraction=52, emin=-1022, max=sys.float_info.max),
        Format(name="float32", fraction=23, emin=-126, max=(2 - 2.0**-23) * 2.0**127),
        Format(name="tf32", fraction=10, emin=-126, max=(2 - 2.0**-10) * 2.0**127),
        Format(name="bfloat16", fraction=7, emin=-126, max=(2 - 2.0**-7) * 2.0**127),
        Format(name="float16", fraction=10, emin=-14, max=65504.0),
        Format(name="float8_e4m3fn", fraction=3, emin=-6, max=448.0),
        Format(name="float8_e5m2", fraction=2, emin=-14, max=57344.0),
    )
}
_SHORT = {
    "fp64": "float64", "double": "float64", "fp32": "float32", "float": "float32", "bf16": "bfloat16",
    "fp16": "float16", "half": "float16", "e4m3": "float8_e4m3fn", "e5m2": "float8_e5m2",
}  # fmt: skip
HALF = ("float16", "bfloat16")


def of(name: str) -> Format:
    """The format called `name` (`torch.` prefix and short names are understood).

    Raises: ValueError for a name that is no floating-point format.
    """
    plain = name.removeprefix("torch.")
    found = FORMATS.get(_SHORT.get(plain, plain))
    if found is None:
        raise ValueError(f"{name=} is no floating-point format; there are {', '.join(FORMATS)}")
    return found


def known(name: str) -> bool:
    """Whether `of(name)` would answer."""
    plain = name.removeprefix("torch.")
    return _SHORT.get(plain, plain) in FORMATS
