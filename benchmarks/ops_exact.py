"""The exact functions and slopes, in mpmath."""

from __future__ import annotations

from typing import Any

import mpmath as mp


def sigma(x: Any) -> Any:
    e = mp.exp(-abs(x))
    return (e if x < 0 else 1) / (1 + e)


def saturated(x: Any) -> Any:
    """The logistic function where only its limits matter far out, and exp(1e300) would take for ever."""
    if abs(x) > 1e6:
        return mp.mpf(1) if x > 0 else mp.mpf(10) ** -99999
    return sigma(x)


def log1mexp(x: Any) -> Any:
    return mp.log(-mp.expm1(x)) if x > -1 else mp.log1p(-mp.exp(x))


def log1pexp(x: Any) -> Any:
    return max(x, 0) + mp.log1p(mp.exp(-abs(x)))


def softplus_inverse(x: Any) -> Any:
    return mp.log(mp.expm1(x)) if x < 1 else x + mp.log1p(-mp.exp(-x))


def log_cosh(x: Any) -> Any:
    return (
        mp.log1p(2 * mp.sinh(x / 2) ** 2)
        if abs(x) < 1
        else abs(x) + mp.log1p(mp.exp(-2 * abs(x))) - mp.log(2)
    )


def sech2(x: Any) -> Any:
    e = mp.exp(-2 * abs(x))
    return 4 * e / (1 + e) ** 2


def log_sub(x: Any, y: Any) -> Any:
    return x + log1mexp(y - x)


def mix(w: Any, x: Any, y: Any) -> Any:
    m = max(x, y)
    return m + mp.log(w * mp.exp(x - m) + (1 - w) * mp.exp(y - m))


def logadd(x: Any, y: Any) -> Any:
    return max(x, y) + mp.log1p(mp.exp(-abs(x - y)))


def sinc(x: Any) -> Any:
    return mp.sinpi(x) / (mp.pi * x) if x else mp.mpf(1)


def sinc_slope(x: Any) -> Any:
    if abs(x) < mp.mpf(10) ** -10:
        return -(mp.pi**2) * x / 3
    with mp.workdps(100):
        return (mp.cospi(x) - sinc(x)) / x


def exprel(x: Any) -> Any:
    return mp.expm1(x) / x if x else mp.mpf(1)


def exprel_slope(x: Any) -> Any:
    if abs(x) < mp.mpf(10) ** -15:
        return mp.mpf(1) / 2 + x / 3
    with mp.workdps(150):
        return (mp.exp(x) - mp.expm1(x) / x) / x


def log1pmx(x: Any) -> Any:
    if abs(x) < mp.mpf(10) ** -30:
        return -x * x / 2 + x**3 / 3
    with mp.workdps(150):
        return mp.log1p(x) - x


def phi(x: Any) -> Any:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def big_phi(x: Any) -> Any:
    if abs(x) > 1e4:
        return mp.mpf(1) if x > 0 else mp.mpf(10) ** -9999
    return mp.erfc(-x / mp.sqrt(2)) / 2


def erfcx(x: Any) -> Any:
    if x > 1e4:
        y = 1 / (2 * x * x)
        return (1 - y + 3 * y**2 - 15 * y**3 + 105 * y**4 - 945 * y**5 + 10395 * y**6) / (x * mp.sqrt(mp.pi))
    return mp.exp(x * x) * mp.erfc(x)


def erfcx_slope(x: Any) -> Any:
    if x > 1e4:
        y = 1 / (2 * x * x)
        return -2 / mp.sqrt(mp.pi) * (y - 3 * y**2 + 15 * y**3 - 105 * y**4 + 945 * y**5 - 10395 * y**6)
    with mp.workdps(100):
        return 2 * x * erfcx(x) - 2 / mp.sqrt(mp.pi)


def log_ndtr(x: Any) -> Any:
    if x < 0:
        return mp.log(erfcx(-x / mp.sqrt(2)) / 2) - x * x / 2
    return mp.log1p(-big_phi(-x))


def hazard(x: Any) -> Any:
    return mp.sqrt(2 / mp.pi) / erfcx(-x / mp.sqrt(2)) if x < 0 else phi(x) / big_phi(x)


def gelu_arg(x: Any) -> tuple[Any, Any]:
    gain = 2 * mp.sqrt(2 / mp.pi)
    return gain * (x + mp.mpf("0.044715") * x**3), gain * (1 + 3 * mp.mpf("0.044715") * x * x)


def gelu_tanh_slope(x: Any) -> Any:
    u, du = gelu_arg(x)
    return saturated(u) * (1 + x * du * saturated(-u))


def mish(x: Any) -> tuple[Any, Any]:
    if x > 1e6:
        return mp.mpf(1), mp.mpf(10) ** -99999
    e = mp.exp(x)
    n = e * (e + 2)
    return n / (n + 2), 4 * e * (e + 1) / (n + 2) ** 2
